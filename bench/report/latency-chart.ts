// Curves of p99 over the offered rate, one for each subject, on logarithmic axes, as an SVG.

import { type DeliveriesRow, p99MaxMs } from '../figures/deliveries.ts'
import { median } from './statistics.ts'

type Point = { x: number; y: number }
type Axis = { at: (value: number) => number; ticks: number[] }

const size = { width: 860, height: 460 }
const plot = { left: 64, right: 640, top: 44, bottom: 404 }
const colours = ['#888888', '#c77d00', '#b3261e', '#7b4bb3', '#1f7a4d', '#1257c4']

/** @param runs of each run, the rows of all subjects with the same number of sockets */
export function drawLatency(runs: DeliveriesRow[][], sockets: number): string {
  const lines = (runs[0] ?? []).map(({ subject }) => ({ subject, points: points(subject, runs) }))
  const all = lines.flatMap((line) => line.points)
  const x = axis(
    all.map((point) => point.x),
    plot.left,
    plot.right,
  )
  const y = axis([...all.map((point) => point.y), p99MaxMs], plot.bottom, plot.top)
  const boundY = y.at(p99MaxMs)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}"`,
    ' font-family="system-ui, sans-serif" font-size="12" fill="#222222">',
    `<rect width="${size.width}" height="${size.height}" fill="#ffffff"/>`,
    text(plot.left, 24, `p99 of send to arrival, ${sockets} sockets`, 'font-size="15"'),
    ...x.ticks.map((tick) => path(`M${x.at(tick)} ${plot.top}V${plot.bottom}`, '#e4e4e4')),
    ...x.ticks.map((tick) => text(x.at(tick), plot.bottom + 16, short(tick), middle)),
    ...y.ticks.map((tick) => path(`M${plot.left} ${y.at(tick)}H${plot.right}`, '#e4e4e4')),
    ...y.ticks.map((tick) => text(plot.left - 6, y.at(tick) + 4, short(tick), 'text-anchor="end"')),
    text((plot.left + plot.right) / 2, size.height - 14, 'offered deliveries a second', middle),
    text(8, plot.top - 10, 'ms'),
    path(`M${plot.left} ${boundY}H${plot.right}`, '#222222', 'stroke-dasharray="4 4"'),
    text(plot.left + 4, boundY - 5, `${p99MaxMs} ms`),
    ...lines.flatMap(({ subject, points }, n) => {
      const colour = colours[n % colours.length] ?? ''
      const legendY = plot.top + 10 + n * 20
      const places = points.map((point) => ({ x: x.at(point.x), y: y.at(point.y) }))
      const curve = `M${places.map((place) => `${place.x} ${place.y}`).join('L')}`
      return [
        path(curve, colour, 'fill="none" stroke-width="2"'),
        ...places.map(
          (place) => `<circle cx="${place.x}" cy="${place.y}" r="3" fill="${colour}"/>`,
        ),
        path(`M${plot.right + 16} ${legendY}h20`, colour, 'stroke-width="3"'),
        text(plot.right + 42, legendY + 4, subject),
      ]
    }),
    '</svg>',
    '',
  ].join('\n')
}

/** The trials of the run that has the median result. */
function points(subject: string, runs: DeliveriesRow[][]): Point[] {
  const rows = runs.flat().filter((row) => row.subject === subject)
  const reached = ({ search }: DeliveriesRow) => search.highest.deliveriesPerSecond
  const row = rows.find((row) => reached(row) === median(rows.map(reached)))
  const trials = row ? [row.moderate, ...row.search.trials] : []
  return [...Map.groupBy(trials, ({ rate }) => rate)]
    .map(([rate, same]) => ({
      x: rate * (row?.sockets ?? 0),
      y: median(same.map(({ p99Ms }) => p99Ms)),
    }))
    .sort((a, b) => a.x - b.x)
}

/** Ends at round values, with a tick at each 1, 2 and 5. */
function axis(values: number[], from: number, to: number): Axis {
  const powers = Array.from({ length: 12 }, (_, n) => 10 ** (n - 3))
  const round = powers.flatMap((power) => [1, 2, 5].map((step) => step * power))
  const low = round.findLast((value) => value <= Math.min(...values)) ?? 0.001
  const high = round.find((value) => value >= Math.max(...values)) ?? 1e9
  const share = (value: number) => Math.log(value / low) / Math.log(high / low)
  return {
    at: (value) => Math.round((from + (to - from) * share(value)) * 10) / 10,
    ticks: round.filter((value) => value >= low && value <= high),
  }
}

const middle = 'text-anchor="middle"'

const text = (x: number, y: number, label: string, attributes = '') =>
  `<text x="${x}" y="${y}" ${attributes}>${label}</text>`

const path = (d: string, colour: string, attributes = '') =>
  `<path d="${d}" stroke="${colour}" ${attributes}/>`

function short(value: number): string {
  if (value >= 1_000_000) return `${value / 1_000_000}M`
  return value >= 1_000 ? `${value / 1_000}k` : `${value}`
}
