// The results as a table for people and as JSON; of several runs, the medians.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DelayRow, DelayRules } from './figures/delay.ts'
import type { DeliveriesRow, DeliveriesRules } from './figures/deliveries.ts'
import { type Trial, wasDisturbed } from './trial.ts'

export type Run = { loadAverageBefore: number; deliveries: DeliveriesRow[]; delay: DelayRow[] }

export type Results = {
  mode: string
  startedAt: string
  machine: string
  standIns: { postgres: string; redis: string }
  rules: { deliveries: DeliveriesRules; delay: DelayRules }
  runs: Run[]
}

const folder = join(import.meta.dirname, 'results')
const generatorBusyMax = 0.85

export function writeReport(results: Results): void {
  const text = report(results)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${results.mode}.md`), text)
  writeFileSync(
    join(folder, `${results.mode}.json`),
    `${JSON.stringify(results, withoutBuckets, 1)}\n`,
  )
  console.log(text)
}

/** The percentiles say enough. */
const withoutBuckets = (key: string, value: unknown) => (key === 'latency' ? undefined : value)

function report({ mode, startedAt, machine, standIns, rules, runs }: Results): string {
  const rows = (of: (run: Run) => DeliveriesRow[]) => runs.map(of)
  const { sockets, moderateRate } = rules.deliveries
  return [
    `# Bench (${mode})`,
    '',
    `${startedAt} · ${machine} · Postgres: ${standIns.postgres} · Redis: ${standIns.redis}`,
    runs.length > 1 ? `Medians of ${runs.length} runs; (lowest–highest).` : 'One run.',
    '',
    ...deliveriesTable(
      rows((run) => run.deliveries),
      { sockets, moderateRate },
    ),
    ...delayTable(
      runs.map((run) => run.delay),
      rules.delay,
    ),
    ...warnings(runs).map((line) => `- ${line}`),
    '',
  ].join('\n')
}

function deliveriesTable(
  runs: DeliveriesRow[][],
  { sockets, moderateRate }: { sockets: number; moderateRate: number },
): string[] {
  const subjects = runs[0] ?? []
  if (subjects.length === 0) return []
  const nth = (n: number) => runs.map((rows) => rows[n] as DeliveriesRow)
  const highest = (n: number) =>
    nth(n)
      .filter(hasResult)
      .map(({ ramp }) => ramp.highest)
  const moderate = (n: number) => nth(n).map((row) => row.moderate)
  const all = (trials: Trial[], of: (trial: Trial) => number, digits = 0) =>
    spread(trials.map(of), digits)
  const ratio = (n: number) =>
    spread(
      runs
        .filter((rows) => [rows[0], rows[n]].every((row) => row && hasResult(row)))
        .map(
          (rows) =>
            (rows[n] as DeliveriesRow).ramp.highest.deliveriesPerSecond /
            (rows[0] as DeliveriesRow).ramp.highest.deliveriesPerSecond,
        ),
      2,
    )
  return [
    `## Deliveries, ${sockets} sockets`,
    '',
    table(
      [
        'highest sustained, p99 ≤ 300 ms',
        'deliveries/s',
        '× bare',
        'messages/s',
        'frames a send',
      ].concat(['p50 ms', 'p99 ms', 'CPU µs a delivery', 'cores: subject', 'generator', 'others']),
      subjects.map((row, n) => [
        row.subject + (row.atFloodLimit ? ' (at the flood limit)' : ''),
        all(highest(n), (trial) => trial.deliveriesPerSecond),
        ratio(n),
        all(highest(n), (trial) => trial.rate),
        all(highest(n), (trial) => trial.framesPerSend, 1),
        all(highest(n), (trial) => trial.p50Ms, 1),
        all(highest(n), (trial) => trial.p99Ms, 1),
        all(highest(n), (trial) => trial.cpuPerDeliveryUs, 2),
        all(highest(n), (trial) => trial.cores.subject, 2),
        all(highest(n), (trial) => trial.cores.generator, 2),
        all(highest(n), (trial) => trial.cores.others, 2),
      ]),
    ),
    '',
    table(
      [`at ${moderateRate} messages/s`, 'p50 ms', 'p99 ms', 'CPU µs a delivery', 'frames a send'],
      subjects.map((row, n) => [
        row.subject,
        all(moderate(n), (trial) => trial.p50Ms, 1),
        all(moderate(n), (trial) => trial.p99Ms, 1),
        all(moderate(n), (trial) => trial.cpuPerDeliveryUs, 2),
        all(moderate(n), (trial) => trial.framesPerSend, 1),
      ]),
    ),
    '',
  ]
}

function delayTable(runs: DelayRow[][], { sockets, rate }: DelayRules): string[] {
  const delays = runs[0] ?? []
  if (delays.length === 0) return []
  const all = (n: number, of: (row: DelayRow) => number, digits = 0) =>
    spread(
      runs.map((rows) => of(rows[n] as DelayRow)),
      digits,
    )
  return [
    `## Send to broadcast, ${sockets} sockets, ${rate} messages/s, Postgres and Redis late`,
    '',
    table(
      ['their delay', 'messages', 'p50 ms', 'p99 ms', 'calls to Postgres', 'to Redis'],
      delays.map(({ delayMs }, n) => [
        `${delayMs} ms`,
        all(n, (row) => row.messages),
        all(n, (row) => row.p50Ms, 1),
        all(n, (row) => row.p99Ms, 1),
        all(n, (row) => row.calls.postgres),
        all(n, (row) => row.calls.redis),
      ]),
    ),
    '',
  ]
}

function warnings(runs: Run[]): string[] {
  const trials = runs.flatMap(({ deliveries }, n) =>
    deliveries.flatMap(({ subject, moderate, ramp }) => [
      { what: `run ${n + 1}, ${subject}, highest`, ...ramp.highest },
      { what: `run ${n + 1}, ${subject}, moderate`, ...moderate },
    ]),
  )
  const share = (cores: number) => cores.toFixed(2)
  const checked = runs
    .flatMap(({ deliveries }) =>
      deliveries.flatMap(({ moderate, ramp }) => [moderate, ...ramp.trials]),
    )
    .reduce((sum, { report }) => sum + report.deliveries, 0)
  const unheld = runs.flatMap(({ deliveries }, n) =>
    deliveries
      .filter(({ ramp }) => ramp.outcome !== 'held')
      .map(({ subject, ramp }) =>
        ramp.outcome === 'step'
          ? `Not held (run ${n + 1}, ${subject}): the figure is of a short step.`
          : `**No result** (run ${n + 1}, ${subject}): no rate stayed within the bound.`,
      ),
  )
  return [
    `No message lost, doubled or out of order at any receiver (${checked} deliveries checked).`,
    `Load average before each run: ${runs.map((run) => share(run.loadAverageBefore)).join(', ')}.`,
    ...unheld,
    ...trials
      .filter(({ generatorBusy }) => generatorBusy > generatorBusyMax)
      .map(
        ({ what, generatorBusy }) =>
          `**The generator was the bound** (${what}): busy ${share(generatorBusy)} of the time.`,
      ),
    ...trials
      .filter(wasDisturbed)
      .map(({ what, cores }) => `Disturbed (${what}): others used ${share(cores.others)} cores.`),
  ]
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const hasResult = ({ ramp }: DeliveriesRow) => ramp.outcome !== 'none'

/** The median, and between what it lies. */
function spread(values: number[], digits: number): string {
  if (values.length === 0) return '–'
  const sorted = [...values].sort((a, b) => a - b)
  const show = (value: number | undefined) => (value ?? Number.NaN).toFixed(digits)
  const middle = show(sorted[sorted.length >> 1])
  return sorted.length === 1 ? middle : `${middle} (${show(sorted[0])}–${show(sorted.at(-1))})`
}
