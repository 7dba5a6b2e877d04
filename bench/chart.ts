// The curves: p99 of the latency over the offered rate, a line a subject, both axes logarithmic.

import type { DeliveriesRow } from './figures/deliveries.ts'
import { median } from './report/spread.ts'

type Point = { x: number; y: number }
type Line = { name: string; points: Point[] }
type Axis = { from: number; to: number; at: (value: number) => number; ticks: number[] }

const size = { width: 860, height: 460 }
const plot = { left: 64, right: 640, top: 44, bottom: 404 }
const boundMs = 300
const colours = ['#888888', '#c77d00', '#b3261e', '#7b4bb3', '#1f7a4d', '#1257c4']

/** @param runs of each run, the rows of all subjects with the same number of sockets. */
export function drawLatency(runs: DeliveriesRow[][], sockets: number): string {
  const lines = (runs[0] ?? []).map(({ subject }) => lineOf(subject, runs))
  const points = lines.flatMap((line) => line.points)
  const x = axis(
    points.map((point) => point.x),
    { from: plot.left, to: plot.right },
  )
  const y = axis([...points.map((point) => point.y), boundMs], { from: plot.bottom, to: plot.top })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}"`,
    ' font-family="system-ui, sans-serif" font-size="12" fill="#222222">',
    `<rect width="${size.width}" height="${size.height}" fill="#ffffff"/>`,
    `<text x="${plot.left}" y="24" font-size="15">p99 of send to arrival, ${sockets} sockets</text>`,
    ...x.ticks.map((tick) => upright(x.at(tick), short(tick))),
    ...y.ticks.map((tick) => level(y.at(tick), short(tick))),
    `<text x="${(plot.left + plot.right) / 2}" y="${size.height - 14}" text-anchor="middle">`,
    'offered deliveries a second</text>',
    `<text x="8" y="${plot.top - 10}">ms</text>`,
    `<path d="M${plot.left} ${y.at(boundMs)}H${plot.right}" stroke="#222222" stroke-dasharray="4 4"/>`,
    `<text x="${plot.left + 4}" y="${y.at(boundMs) - 5}">${boundMs} ms</text>`,
    ...lines.flatMap((line, n) => draw(line, { x, y, n })),
    '</svg>',
    '',
  ].join('\n')
}

/** The trials of the run that stands in the middle. */
function lineOf(subject: string, runs: DeliveriesRow[][]): Line {
  const rows = runs.flatMap((run) => run.filter((row) => row.subject === subject))
  const reached = ({ ramp }: DeliveriesRow) => ramp.highest.deliveriesPerSecond
  const middle = median(rows.map(reached))
  const row = rows.find((row) => reached(row) === middle)
  const trials = row ? [row.moderate, ...row.ramp.trials] : []
  const p99s = Map.groupBy(trials, ({ rate }) => rate)
  const points = [...p99s].map(([rate, same]) => ({
    x: rate * (row?.sockets ?? 0),
    y: median(same.map(({ p99Ms }) => p99Ms)),
  }))
  return { name: subject, points: points.sort((a, b) => a.x - b.x) }
}

/** Round values at the ends; a tick at each 1, 2 and 5. */
function axis(values: number[], { from, to }: { from: number; to: number }): Axis {
  const powers = Array.from({ length: 12 }, (_, n) => 10 ** (n - 3))
  const round = powers.flatMap((power) => [1, 2, 5].map((step) => step * power))
  const low = round.findLast((value) => value <= Math.min(...values)) ?? 0.001
  const high = round.find((value) => value >= Math.max(...values)) ?? 1e9
  const share = (value: number) => Math.log(value / low) / Math.log(high / low)
  return {
    from: low,
    to: high,
    at: (value) => Math.round((from + (to - from) * share(value)) * 10) / 10,
    ticks: round.filter((value) => value >= low && value <= high),
  }
}

function draw({ name, points }: Line, { x, y, n }: { x: Axis; y: Axis; n: number }): string[] {
  const colour = colours[n % colours.length]
  const places = points.map((point) => `${x.at(point.x)} ${y.at(point.y)}`)
  const legendY = plot.top + 10 + n * 20
  return [
    `<path d="M${places.join('L')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...points.map(
      (point) => `<circle cx="${x.at(point.x)}" cy="${y.at(point.y)}" r="3" fill="${colour}"/>`,
    ),
    `<path d="M${plot.right + 16} ${legendY}h20" stroke="${colour}" stroke-width="3"/>`,
    `<text x="${plot.right + 42}" y="${legendY + 4}">${name}</text>`,
  ]
}

function upright(x: number, label: string): string {
  return [
    `<path d="M${x} ${plot.top}V${plot.bottom}" stroke="#e4e4e4"/>`,
    `<text x="${x}" y="${plot.bottom + 16}" text-anchor="middle">${label}</text>`,
  ].join('')
}

function level(y: number, label: string): string {
  return [
    `<path d="M${plot.left} ${y}H${plot.right}" stroke="#e4e4e4"/>`,
    `<text x="${plot.left - 6}" y="${y + 4}" text-anchor="end">${label}</text>`,
  ].join('')
}

function short(value: number): string {
  if (value >= 1_000_000) return `${value / 1_000_000}M`
  return value >= 1_000 ? `${value / 1_000}k` : `${value}`
}
