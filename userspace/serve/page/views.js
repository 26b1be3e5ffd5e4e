// SPDX-License-Identifier: GPL-2.0
// What there is to look at. Each view asks, and shows; where it is drawn it stays.
import { ask, Rates } from "./ask.js";
import { bars, figure, POINTS, trend, trendDraw } from "./chart.js";
import { bytes, kindOf, number, ofProcess, show } from "./value.js";
import { Table } from "./table.js";

const COUNTERS = ["accepted", "opened", "failed", "bytes_in", "bytes_out", "retransmits",
	"listen_drops"];

function rate(name, title, kind = "number") {
	return { name: `rate_${name}`, title: `${title}/s`, kind, value: row => row.rates[name] };
}

function paragraph(text, className) {
	const p = document.createElement("p");

	p.textContent = text;
	if (className)
		p.className = className;
	return p;
}

function heading(text) {
	const h = document.createElement("h3");

	h.textContent = text;
	return h;
}

const inNamespace = { name: "netns", title: "Namespace" };

function withNamespace(columns, everywhere) {
	return everywhere ? [inNamespace, ...columns] : columns;
}

function columnsFor(names, everywhere) {
	return (everywhere ? ["netns", "netns_inode", ...names] : names).join(",");
}

// Rates of all rows together, above the table.
class Totals {
	constructor() {
		this.charts = [["Connections accepted and opened a second", number],
			["Payload a second", bytes], ["Failed and dropped a second", number]]
			.map(([label, text]) => ({ label, text, svg: trend(label), values: [] }));
		this.element = document.createElement("div");
		this.element.className = "charts";
		for (const chart of this.charts) {
			chart.figure = figure(chart.label, "-", chart.svg);
			this.element.append(chart.figure);
		}
	}

	take(rows) {
		const sum = (...names) => rows.reduce((all, row) =>
			names.reduce((one, name) => one + row.rates[name], all), 0);
		const values = [sum("accepted", "opened"), sum("bytes_in", "bytes_out"),
			sum("failed", "listen_drops")];

		this.charts.forEach((chart, i) => {
			chart.values.push(values[i]);
			if (chart.values.length > POINTS)
				chart.values.shift();
			trendDraw(chart.svg, chart.values);
			chart.figure.firstChild.textContent = `${chart.label}: ${chart.text(values[i])}`;
		});
	}
}

const portKey = row => `${row.netns_inode ?? ""}/${row.proto}/${row.role}/${row.port}/${row.rest}`;

const PORT_NAMES = ["proto", "role", "port", "service", "state", "sockets", "backlog", "limit",
	"drops", "connections", "rest", ...COUNTERS];

const PORT_COLUMNS = [
	{ name: "proto", title: "Protocol" },
	{ name: "role", title: "Role" },
	{ name: "port", title: "Port", kind: "any", link: row => row.rest ? "" : `#/show/${row.port}`,
	  value: row => row.rest ? "the rest" : String(row.port) },
	{ name: "service", title: "Service" },
	{ name: "state", title: "State", mark: row => row.state === "draining" ? "warn" : "" },
	{ name: "sockets", title: "Sockets", kind: "number" },
	{ name: "backlog", title: "Backlog", kind: "number",
	  mark: row => row.limit && row.backlog >= row.limit ? "bad" : "" },
	{ name: "limit", title: "Limit", kind: "number" },
	rate("accepted", "Accepted"), rate("opened", "Opened"),
	rate("bytes_in", "In", "bytes"), rate("bytes_out", "Out", "bytes"),
	{ name: "trend", title: "Payload", trend: row => row.trend },
	{ ...rate("failed", "Failed"), mark: row => row.rates.failed ? "warn" : "" },
	{ ...rate("retransmits", "Retransmits"), mark: row => row.rates.retransmits ? "warn" : "" },
	{ name: "drops", title: "Drops", kind: "number", mark: row => row.drops ? "warn" : "" },
	{ name: "accepted", title: "Accepted", kind: "number" },
	{ name: "opened", title: "Opened", kind: "number" },
	{ name: "failed", title: "Failed", kind: "number" },
	{ name: "bytes_in", title: "In", kind: "bytes" },
	{ name: "bytes_out", title: "Out", kind: "bytes" },
];

// Rows that count, with their rates and trends, and sums above them.
function counted({ path, names, columns, key, sort, caption, parameters = {} }) {
	return ({ everywhere, filter }) => {
		const table = new Table(withNamespace(columns, everywhere), { caption, key, sort });
		const totals = new Totals();
		const rates = new Rates(key, COUNTERS, POINTS);
		const element = document.createElement("div");

		element.append(totals.element, table.element);
		return {
			element,
			async update() {
				const rows = await ask(path, {
					columns: columnsFor(names, everywhere), "all-netns": everywhere,
					expression: filter, ...parameters,
				});

				if (rates.take(rows)) {
					for (const row of rows)
						rates.grow(row, row.rates.bytes_in + row.rates.bytes_out);
					totals.take(rows);
				}
				table.update(rows);
			},
		};
	};
}

const programKey = row =>
	`${row.netns_inode ?? ""}/${row.program}/${row.unit}/${row.uid}/${row.rest}`;

const PROGRAM_COLUMNS = [
	{ name: "program", title: "Program",
	  value: row => row.rest ? "the rest" : row.program },
	{ name: "unit", title: "Unit" },
	{ name: "user", title: "User" },
	{ name: "connections", title: "Connections", kind: "number" },
	rate("accepted", "Accepted"), rate("opened", "Opened"),
	rate("bytes_in", "In", "bytes"), rate("bytes_out", "Out", "bytes"),
	{ name: "trend", title: "Payload", trend: row => row.trend },
	{ ...rate("failed", "Failed"), mark: row => row.rates.failed ? "warn" : "" },
	{ name: "accepted", title: "Accepted", kind: "number" },
	{ name: "opened", title: "Opened", kind: "number" },
	{ name: "failed", title: "Failed", kind: "number" },
	{ name: "bytes_in", title: "In", kind: "bytes" },
	{ name: "bytes_out", title: "Out", kind: "bytes" },
	{ name: "retransmits", title: "Retransmits", kind: "number" },
];

// A table of what a question has, with no more to it.
function listed({ path, part, columns, sort, caption, parameters = {}, filtered = true }) {
	return ({ everywhere, filter }) => {
		const table = new Table(withNamespace(columns, everywhere), { caption, sort });

		return {
			element: table.element,
			async update() {
				const answer = await ask(path, {
					"all-netns": everywhere, expression: filtered ? filter : "", ...parameters,
				});

				table.update(part ? answer[part] : answer);
			},
		};
	};
}

const DESTINATION_COLUMNS = [
	{ name: "proto", title: "Protocol" },
	{ name: "remote", title: "Address" },
	{ name: "port", title: "Port", kind: "any", value: row => String(row.port),
	  link: row => `#/show/${row.port}` },
	{ name: "local", title: "From" },
	{ name: "used", title: "Local ports", kind: "number" },
	{ name: "max", title: "Of", kind: "number" },
	{ name: "percent", title: "Percent", kind: "number",
	  mark: row => row.level && row.level !== "ok" ? "bad" : "" },
];

// As the command writes both in one word.
function endOf(address, port) {
	if (address === null || address === undefined)
		return null;
	return `${address.includes(":") ? `[${address}]` : address}:${port ?? "*"}`;
}

const CLOSED_COLUMNS = [
	{ name: "time", title: "Time", kind: "moment" },
	{ name: "proto", title: "Protocol" },
	{ name: "role", title: "Role" },
	{ name: "port", title: "Port", kind: "any", value: row => String(row.port ?? "-"),
	  link: row => row.port === null || row.port === undefined ? "" : `#/show/${row.port}` },
	{ name: "local", title: "Local", value: row => endOf(row.local, row.lport) },
	{ name: "remote", title: "Remote", value: row => endOf(row.remote, row.rport) },
	{ name: "cause", title: "Why" },
	{ name: "duration", title: "Lasted", kind: "duration" },
	{ name: "bytes_in", title: "In", kind: "bytes" },
	{ name: "bytes_out", title: "Out", kind: "bytes" },
	{ name: "comm", title: "Process", 
	  value: row => (row.pid ?? null) === null ? row.comm : ofProcess(row) },
	{ name: "unit", title: "Unit" },
];

const DOOR_COLUMNS = [
	{ name: "proto", title: "Protocol" },
	{ name: "port", title: "Port", kind: "any", value: row => String(row.port),
	  link: row => `#/show/${row.port}` },
	{ name: "service", title: "Service" },
	{ name: "attempts", title: "Attempts", kind: "number" },
	{ name: "source", title: "From" },
	{ name: "local", title: "To" },
	{ name: "first", title: "First", kind: "moment" },
	{ name: "last", title: "Last", kind: "moment" },
];

const EVENT_COLUMNS = [
	{ name: "time", title: "Time", kind: "moment" },
	{ name: "type", title: "What", mark: row => row.type === "fail" ? "warn" : "" },
	...CLOSED_COLUMNS.slice(1, -1),
];
const NO_EVENTS = "events do not come: they are for those whom the server knows";
// So many events are kept.
const EVENTS_MAX = 200;

// Events come by themselves; while they do, they are drawn with each look.
function events() {
	const table = new Table(EVENT_COLUMNS, { caption: "Events, the newest first" });
	const rows = [];
	let source, trouble;

	// A source says that something is wrong, but not what.
	function follow() {
		source = new EventSource("events");
		source.onmessage = message => {
			rows.unshift(JSON.parse(message.data));
			rows.length = Math.min(rows.length, EVENTS_MAX);
		};
		source.onopen = () => {
			trouble = null;
		};
		source.addEventListener("error", event => {
			trouble = event.data ? JSON.parse(event.data).error : NO_EVENTS;
		});
	}

	follow();
	return {
		element: table.element,
		async update() {
			table.update(rows);
			if (!trouble)
				return;
			// It comes back by itself but from an answer that is none.
			if (source.readyState === EventSource.CLOSED)
				follow();
			await ask("stats");
			if (trouble)
				throw new Error(trouble);
		},
		end() {
			source.close();
		},
	};
}

// Names, values and, of some, their kinds.
function facts(list) {
	const dl = document.createElement("dl");

	for (const [name, value, kind] of list) {
		const dt = document.createElement("dt");
		const dd = document.createElement("dd");

		dt.textContent = name;
		dd.textContent = show(kind, value);
		dl.append(dt, dd);
	}
	return dl;
}

function findingOf(finding) {
	const section = document.createElement("section");

	section.className = `finding ${finding.severity}`;
	section.append(heading(`${finding.severity}: ${finding.what}`));
	section.append(facts([["about", finding.subject], ["seen", finding.seen],
		["why", finding.why], ["what to do", finding.action]]
		.filter(([, value]) => value !== null && value !== undefined)));
	if (finding.command) {
		const code = document.createElement("code");

		code.textContent = finding.command;
		section.append(code);
	}
	return section;
}

// It watches for a second, so it is not asked at each look.
const DOCTOR_MS = 15000;

function doctor({ everywhere }) {
	const element = document.createElement("div");
	let asked = 0;

	return {
		element,
		async update() {
			if (asked && performance.now() < asked + DOCTOR_MS)
				return;
			const answer = await ask("doctor", { "all-netns": everywhere });

			asked = performance.now();
			element.replaceChildren(paragraph(answer.findings.length ?
				`${answer.findings.length} findings` : "Nothing is wrong.", "quiet"),
				...answer.findings.map(findingOf));
			if (answer.unseen.length)
				element.append(heading("Not looked at"),
					facts(answer.unseen.map(one => [one.about, one.reason])));
		},
	};
}

// A kind by the name, or else by what the values are.
function kindIn(rows, name) {
	const kind = kindOf(name);

	if (kind === "any" && rows.every(row => typeof (row[name] ?? 0) === "number"))
		return "number";
	return kind;
}

// Columns that some row has a value for, but for what is known of all of them.
function columnsOf(rows, known) {
	const names = new Set();

	for (const row of rows)
		for (const [name, value] of Object.entries(row))
			if (value !== null && name !== "distributions" && !(Array.isArray(value) && !value.length))
				names.add(name);
	return [...names].filter(name => rows.some(row => row[name] !== known[name]))
		.map(name => ({
			name, title: name.replaceAll("_", " "), kind: kindIn(rows, name),
		}));
}

const PARTS = { ports: "What it is and did", owners: "Processes", peers: "Who is at the other end",
	bound: "Bound to it", outgoing: "It is the local port of", refused: "Calls that found nobody" };

function distributionsOf(rows) {
	const element = document.createElement("div");

	element.className = "charts";
	for (const row of rows)
		for (const [kind, values] of Object.entries(row.distributions ?? {})) {
			const label = `${row.proto} ${row.role}: ${kind.replaceAll("_", " ")}`;
			const mean = values.count ? show(kind === "bytes" ? "bytes" : "duration",
				values.sum / values.count) : "-";

			element.append(figure(label, `${number(values.count)}, on average ${mean}`,
				bars(label, values.buckets)));
		}
	return element;
}

// A part of an answer, which is there while it has rows; its table stays.
class Part {
	constructor(title) {
		this.title = title;
		this.names = "";
		this.table = null;
		this.element = document.createElement("section");
		this.element.hidden = true;
	}

	update(rows, known) {
		this.element.hidden = !rows?.length;
		if (this.element.hidden)
			return;
		const columns = columnsOf(rows, known);
		const names = columns.map(column => column.name).join();

		if (names !== this.names) {
			this.names = names;
			this.table = new Table(columns, { caption: this.title });
			this.element.replaceChildren(this.table.element);
		}
		this.table.update(rows);
	}
}

// All about one port, as sockport show has it.
function port({ argument, everywhere }) {
	const element = document.createElement("div");
	const about = document.createElement("div");
	const charts = document.createElement("div");
	const parts = new Map(Object.entries(PARTS).map(([name, title]) => [name, new Part(title)]));

	element.append(about, ...[...parts.values()].map(part => part.element), charts);
	return {
		element,
		async update() {
			const answer = await ask(`show/${encodeURIComponent(argument)}`,
				{ processes: true, "all-netns": everywhere });

			about.replaceChildren(facts(Object.entries(answer)
				.filter(([, value]) => !Array.isArray(value))
				.map(([name, value]) =>
					[name.replaceAll("_", " "), value, kindOf(name)])));
			for (const [name, part] of parts)
				part.update(answer[name], answer);
			charts.replaceChildren(distributionsOf(answer.ports ?? []));
		},
	};
}

export const VIEWS = [
	{ name: "ports", title: "Ports", about: "What each port did since the look before, and what it has.",
	  make: counted({ path: "ports", names: PORT_NAMES, columns: PORT_COLUMNS, key: portKey,
			  sort: "rate_bytes_out", caption: "Ports" }) },
	{ name: "programs", title: "Programs", about: "What each program did, of those that may be seen.",
	  filtered: false,
	  make: counted({ path: "programs", key: programKey, columns: PROGRAM_COLUMNS,
			  names: ["program", "unit", "user", "uid", "rest", "connections", ...COUNTERS],
			  sort: "rate_bytes_out", caption: "Programs" }) },
	{ name: "destinations", title: "Destinations",
	  about: "Where this host connects to, and how many of its local ports that takes.",
	  make: listed({ path: "summary", part: "destinations", columns: DESTINATION_COLUMNS,
			 sort: "used", caption: "Destinations" }) },
	{ name: "closed", title: "Closed", about: "The connections that ended or failed last, and why.",
	  make: listed({ path: "closed", columns: CLOSED_COLUMNS, sort: "time", caption: "Connections" }) },
	{ name: "doors", title: "Closed doors", about: "Ports where nobody listens, and who knocked.",
	  filtered: false,
	  make: listed({ path: "closed-doors", columns: DOOR_COLUMNS, sort: "attempts",
			 caption: "Closed doors", filtered: false }) },
	{ name: "doctor", title: "Doctor", about: "What is wrong, why it matters and what to do about it.",
	  filtered: false, make: doctor },
	{ name: "events", title: "Events", about: "What happens, as it does.", filtered: false,
	  make: events },
];

export const PORT = { name: "show", title: "Port", about: "", filtered: false, make: port };
