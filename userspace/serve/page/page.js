// SPDX-License-Identifier: GPL-2.0
// Which view is shown, and when it looks again.
import { PORT, VIEWS } from "./views.js";

const by = id => document.getElementById(id);

const state = { view: null, shown: null, argument: null, returns: false, everywhere: false,
	paused: false, filter: "", timer: 0, round: 0, led: false };

function say(text) {
	if (by("message").textContent !== text)
		by("message").textContent = text;
}

// What is left meanwhile has no say in when the view that is there looks.
function schedule(round) {
	if (round !== state.round)
		return;
	clearTimeout(state.timer);
	if (!state.paused && !document.hidden)
		state.timer = setTimeout(look, Number(by("interval").value));
}

// One look at a time; a view that is left meanwhile says nothing more.
async function look() {
	const round = state.round;

	clearTimeout(state.timer);
	try {
		await state.shown.update();
		if (round === state.round) {
			say("");
			comeBack();
		}
	} catch (error) {
		if (round === state.round)
			say(error.message);
	}
	schedule(round);
}

// Who was led to a port, and returns, is where they were.
function comeBack() {
	if (!state.returns)
		return;
	const to = `#/show/${state.argument}`;

	state.returns = false;
	if (document.activeElement === by("main"))
		[...by("content").querySelectorAll("a")].find(a => a.hash === to)?.focus();
}

// A % may be just that.
function decoded(text) {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function wanted() {
	const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/");

	if (name === "show" && rest.length)
		return [PORT, decoded(rest.join("/"))];
	return [VIEWS.find(view => view.name === name) ?? VIEWS[0], null];
}

// What had the focus goes away with the view.
function moveFocus(view, argument) {
	const inside = by("main").contains(document.activeElement);

	state.returns = state.view === PORT && view !== PORT && inside;
	if (argument)
		state.argument = argument;
	if (inside || (view === PORT && state.view))
		by("main").focus({ preventScroll: view !== PORT });
}

function leave() {
	if (state.led)
		history.back();
	else
		location.hash = `#/${VIEWS[0].name}`;
}

function open() {
	const [view, argument] = wanted();

	state.round++;
	state.shown?.end?.();
	moveFocus(view, argument);
	state.led = view === PORT && state.view !== null && state.view !== PORT;
	state.view = view;
	state.shown = view.make({ argument, everywhere: state.everywhere, filter: state.filter });
	document.title = `${argument ? `Port ${argument}` : view.title} - sockport`;
	by("title").textContent = argument ? `Port ${argument}` : view.title;
	by("about").textContent = view.about;
	by("filter").disabled = view.filtered === false;
	by("content").replaceChildren(state.shown.element);
	for (const a of by("views").querySelectorAll("a")) {
		a.removeAttribute("aria-current");
		if (a.hash === `#/${view.name}`)
			a.setAttribute("aria-current", "page");
	}
	say("");
	look();
}

function makeViews() {
	for (const view of VIEWS) {
		const li = document.createElement("li");
		const a = document.createElement("a");

		a.href = `#/${view.name}`;
		a.textContent = view.title;
		li.append(a);
		by("views").append(li);
	}
}

function press(button, on) {
	by(button).setAttribute("aria-pressed", String(on));
}

function pause() {
	state.paused = !state.paused;
	press("pause", state.paused);
	if (state.paused)
		clearTimeout(state.timer);
	else
		look();
}

// Some browsers are told to keep nothing.
function kept(work) {
	try {
		return work(localStorage);
	} catch {
		return null;
	}
}

function setTheme(theme) {
	document.documentElement.dataset.theme = theme;
	kept(storage => storage.setItem("theme", theme));
}

function otherTheme() {
	const dark = document.documentElement.dataset.theme ?
		document.documentElement.dataset.theme === "dark" :
		matchMedia("(prefers-color-scheme: dark)").matches;

	setTheme(dark ? "light" : "dark");
}

function key(event) {
	if (event.ctrlKey || event.altKey || event.metaKey)
		return;
	if (event.target.matches("input, select")) {
		if (event.key === "Escape")
			event.target.blur();
		return;
	}
	if (event.key === "/") {
		event.preventDefault();
		by("filter").focus();
	} else if (event.key === "p") {
		pause();
	} else if (event.key === "Escape" && state.view === PORT) {
		leave();
	} else if (VIEWS[Number(event.key) - 1]) {
		location.hash = `#/${VIEWS[Number(event.key) - 1].name}`;
	}
}

if (kept(storage => storage.getItem("theme")))
	setTheme(kept(storage => storage.getItem("theme")));
makeViews();
by("pause").addEventListener("click", pause);
by("theme").addEventListener("click", otherTheme);
by("everywhere").addEventListener("click", () => {
	state.everywhere = !state.everywhere;
	press("everywhere", state.everywhere);
	open();
});
by("filter").addEventListener("change", () => {
	state.filter = by("filter").value.trim();
	open();
});
by("interval").addEventListener("change", look);
document.addEventListener("visibilitychange", () => {
	if (!document.hidden && !state.paused)
		look();
});
document.addEventListener("keydown", key);
addEventListener("hashchange", open);
open();
