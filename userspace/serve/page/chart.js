// SPDX-License-Identifier: GPL-2.0
// Small charts, as lines and bars of SVG.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 120;
const HEIGHT = 24;
// A trend has so many points; before, as many fill it as there are, but a few.
export const POINTS = 60;
const POINTS_MIN = 15;

function element(name, attributes) {
	const made = document.createElementNS(SVG, name);

	for (const [key, value] of Object.entries(attributes))
		made.setAttribute(key, value);
	return made;
}

function frame(label) {
	const svg = element("svg", {
		viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img",
		class: "trend",
	});

	svg.setAttribute("aria-label", label);
	return svg;
}

function place(values) {
	const greatest = Math.max(...values, 1e-9);
	const points = Math.max(values.length, POINTS_MIN);
	const step = WIDTH / (points - 1);
	const first = points - values.length;

	return values.map((value, i) =>
		`${((first + i) * step).toFixed(1)},${(HEIGHT - 1 - value / greatest * (HEIGHT - 2)).toFixed(1)}`
	).join(" ");
}

export function trend(label) {
	const svg = frame(label);

	svg.append(element("polyline", { points: "" }));
	return svg;
}

export function trendDraw(svg, values) {
	svg.firstChild.setAttribute("points", values.length > 1 ? place(values) : "");
}

// counts of buckets, one bar for each
export function bars(label, counts) {
	const svg = frame(label);
	const greatest = Math.max(...counts, 1);
	const step = WIDTH / Math.max(counts.length, 1);

	counts.forEach((count, i) => {
		const height = count / greatest * (HEIGHT - 1);

		svg.append(element("rect", {
			class: "bar", x: (i * step).toFixed(2), width: (step * 0.8).toFixed(2),
			y: (HEIGHT - height).toFixed(2), height: height.toFixed(2),
		}));
	});
	return svg;
}

export function figure(label, value, svg) {
	const made = document.createElement("figure");
	const caption = document.createElement("figcaption");

	caption.textContent = value === undefined ? label : `${label}: ${value}`;
	made.append(caption, svg);
	return made;
}
