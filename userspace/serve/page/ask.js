// SPDX-License-Identifier: GPL-2.0
// Questions to the server, which are those of the command.

const SILENCE = "the server does not answer; what is here may be old";

// Who waits longer than that waits for nothing.
const PATIENCE_MS = 60000;

// Browsers have words of their own for what went wrong.
async function reach(url) {
	try {
		return await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
	} catch {
		throw new Error(SILENCE);
	}
}

export async function ask(path, parameters = {}) {
	const query = new URLSearchParams();

	for (const [key, value] of Object.entries(parameters))
		if (value !== undefined && value !== "" && value !== false)
			query.set(key, value === true ? "true" : value);
	const response = await reach(`api/v1/${path}${query.size ? `?${query}` : ""}`);
	const answer = await response.json().catch(() => null);

	if (!response.ok || answer === null)
		throw new Error(answer?.error ??
			`what the server answers makes no sense (status ${response.status})`);
	return answer;
}

// How much counters grew since the answer before, a second.
export class Rates {
	constructor(key, names, points) {
		this.key = key;
		this.names = names;
		this.points = points;
		this.before = new Map();
		this.time = 0;
	}

	take(rows) {
		const now = performance.now();
		const seconds = this.time ? (now - this.time) / 1000 : 0;
		const all = new Map();

		for (const row of rows) {
			const key = this.key(row);
			const last = this.before.get(key);
			const counts = this.names.map(name => row[name] ?? 0);

			row.rates = Object.fromEntries(this.names.map((name, i) =>
				[name, this.rate(counts[i], last?.counts[i], seconds)]));
			row.trend = last ? last.trend : [];
			all.set(key, { counts, trend: row.trend });
		}
		this.before = all;
		this.time = now;
		return seconds > 0;
	}

	// Who is new did all of it since; a counter that began anew did what it says.
	rate(now, before, seconds) {
		if (!seconds)
			return 0;
		return (before === undefined ? 0 : now >= before ? now - before : now) / seconds;
	}

	grow(row, value) {
		row.trend.push(value);
		if (row.trend.length > this.points)
			row.trend.shift();
	}
}
