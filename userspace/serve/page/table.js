// SPDX-License-Identifier: GPL-2.0
// A table that stays where it is while its values change: who has a row in focus keeps it.
import { show } from "./value.js";
import { trend, trendDraw } from "./chart.js";

// So many rows are shown; nobody reads more, and a browser gets slow.
const ROWS_MAX = 300;

const NUMBERS = new Set(["number", "bytes", "duration"]);

function cell(column) {
	const td = document.createElement("td");

	if (NUMBERS.has(column.kind))
		td.className = "number";
	if (column.link) {
		const a = document.createElement("a");

		td.append(a);
	} else if (column.trend) {
		td.append(trend(column.title));
	}
	return td;
}

function setLink(a, to) {
	if (to)
		a.href = to;
	else
		a.removeAttribute("href");
}

function fill(td, column, row) {
	if (column.trend) {
		trendDraw(td.firstChild, column.trend(row));
		return;
	}
	const text = show(column.kind, column.value ? column.value(row) : row[column.name]);
	const to = column.link ? td.firstChild : td;

	if (to.textContent !== text) {
		to.textContent = text;
		td.title = text;
	}
	if (column.link)
		setLink(to, column.link(row));
	const mark = column.mark?.(row) ?? "";

	if (column.mark)
		td.className = `${NUMBERS.has(column.kind) ? "number " : ""}${mark}`;
}

function compare(a, b) {
	if (a === b)
		return 0;
	if (a === null || a === undefined)
		return -1;
	if (b === null || b === undefined)
		return 1;
	if (typeof a === "number" && typeof b === "number")
		return a - b;
	return String(a).localeCompare(String(b), undefined, { numeric: true });
}

export class Table {
	constructor(columns, { caption, key, sort, descending = true }) {
		this.columns = columns;
		this.key = key;
		this.sort = columns.find(column => column.name === sort);
		this.descending = descending;
		this.rows = new Map();
		this.last = [];
		this.element = document.createElement("div");
		this.element.className = "scroll";
		this.element.tabIndex = 0;
		this.element.setAttribute("role", "region");
		this.element.setAttribute("aria-label", caption);
		const table = document.createElement("table");

		this.caption = table.createCaption();
		this.title = caption;
		this.heads = new Map();
		this.makeHead(table.createTHead().insertRow());
		this.body = table.createTBody();
		this.element.append(table);
		this.showOrder();
	}

	makeHead(tr) {
		for (const column of this.columns) {
			const th = document.createElement("th");

			th.scope = "col";
			if (NUMBERS.has(column.kind))
				th.className = "number";
			if (column.trend) {
				th.textContent = column.title;
			} else {
				const button = document.createElement("button");

				button.type = "button";
				button.textContent = column.title;
				button.addEventListener("click", () => this.sortBy(column));
				th.append(button);
			}
			this.heads.set(column, th);
			tr.append(th);
		}
	}

	sortBy(column) {
		this.descending = this.sort === column ? !this.descending : NUMBERS.has(column.kind);
		this.sort = column;
		this.showOrder();
		this.update(this.last);
	}

	showOrder() {
		for (const [column, th] of this.heads) {
			th.removeAttribute("aria-sort");
			if (column === this.sort)
				th.setAttribute("aria-sort", this.descending ? "descending" : "ascending");
		}
	}

	valueOf(row) {
		return this.sort.value ? this.sort.value(row) : row[this.sort.name];
	}

	ordered(rows) {
		if (!this.sort)
			return rows;
		const sign = this.descending ? -1 : 1;

		return [...rows].sort((a, b) => sign * compare(this.valueOf(a), this.valueOf(b)));
	}

	update(rows) {
		const shown = this.ordered(rows).slice(0, ROWS_MAX);
		const focus = document.activeElement;
		const before = this.rows;

		this.last = rows;
		this.rows = new Map();
		this.caption.textContent = rows.length > shown.length ?
			`${this.title}: the first ${shown.length} of ${rows.length}` :
			`${this.title}: ${rows.length}`;
		shown.forEach((row, i) => {
			const key = this.key ? this.key(row) : i;
			const tr = before.get(key) ?? this.makeRow();

			before.delete(key);
			this.rows.set(key, tr);
			this.columns.forEach((column, at) => fill(tr.cells[at], column, row));
			if (this.body.rows[i] !== tr)
				this.body.insertBefore(tr, this.body.rows[i] ?? null);
		});
		for (const tr of before.values())
			tr.remove();
		if (focus !== document.activeElement && this.body.contains(focus))
			focus.focus({ preventScroll: true });
	}

	makeRow() {
		const tr = document.createElement("tr");

		tr.append(...this.columns.map(cell));
		return tr;
	}
}
