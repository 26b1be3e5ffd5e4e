// SPDX-License-Identifier: GPL-2.0
// How values look. What others chose, as names, is text and nothing else: no function here or
// elsewhere makes markup of it.

const BYTES = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

export function number(value) {
	return value >= 100 || Number.isInteger(value) ? Math.round(value).toLocaleString("en") :
		value.toPrecision(2);
}

export function bytes(value) {
	let unit = 0;

	while (value >= 1024 && unit < BYTES.length - 1) {
		value /= 1024;
		unit++;
	}
	return `${unit && value < 100 ? value.toFixed(1) : Math.round(value)} ${BYTES[unit]}`;
}

export function duration(microseconds) {
	const seconds = microseconds / 1e6;

	if (seconds < 0.001)
		return `${Math.round(microseconds)} \u00b5s`;
	if (seconds < 1)
		return `${Math.round(seconds * 1000)} ms`;
	if (seconds < 120)
		return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
	if (seconds < 7200)
		return `${Math.round(seconds / 60)} min`;
	return seconds < 172800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86400)} d`;
}

export function moment(microseconds) {
	return new Date(microseconds / 1000).toLocaleString(undefined, {
		month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
	});
}

export function ofProcess(process) {
	const accepts = process.accepts === undefined ? "" : `:${number(process.accepts)}`;

	return `${process.comm ?? "?"}[${process.pid ?? "?"}]${accepts}`;
}

function ofObject(value) {
	if ("pid" in value)
		return ofProcess(value);
	return Object.entries(value).filter(([, one]) => one !== null)
		.map(([key, one]) => `${key}:${any(one)}`).join(", ");
}

// Of a value whose kind is not known.
export function any(value) {
	if (value === null || value === undefined)
		return "-";
	if (Array.isArray(value))
		return value.map(any).join(", ") || "-";
	if (typeof value === "object")
		return ofObject(value) || "-";
	if (typeof value === "boolean")
		return value ? "yes" : "no";
	return typeof value === "number" ? number(value) : String(value);
}

// Numbers that count nothing, as that of a process.
function plain(value) {
	return Array.isArray(value) ? value.map(plain).join(", ") || "-" : String(value ?? "-");
}

// Kinds of columns that need more than their value.
const KINDS = { bytes, duration, moment, number, plain, any };

export function show(kind, value) {
	return value === null || value === undefined ? "-" : KINDS[kind ?? "any"](value);
}

const PLAIN = new Set(["port", "lport", "rport", "source_ports", "pid", "uid", "uids", "opener_pid",
	"opener_uid", "fd", "dev", "inode", "netns_inode", "cookie", "mark", "number", "peer", "queue",
	"token", "assoc", "groups", "local_cid", "remote_cid"]);

// Keys by whose names the kind is known, where a table has all that an answer has.
export function kindOf(key) {
	if (/^(time|first|last|since|first_active|last_active)$/.test(key))
		return "moment";
	if (/^(duration|active|rtt|elapsed|busy|rwnd_limited|sndbuf_limited)$/.test(key))
		return "duration";
	if (/^(bytes_|rx_queue|tx_queue)/.test(key))
		return "bytes";
	if (PLAIN.has(key))
		return "plain";
	return "any";
}
