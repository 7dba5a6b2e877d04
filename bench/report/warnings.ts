// What a reader of the tables must know: how much was checked, and what went wrong around it.

import { type Trial, wasDisturbed } from '../trial.ts'
import type { Run } from './results.ts'

const generatorBusyMax = 0.85

export function warnings(runs: Run[]): string[] {
  const rows = runs.flatMap(({ deliveries }, n) =>
    deliveries.map((row) => ({ ...row, where: `run ${n + 1}, ${row.subject}, ${row.sockets}` })),
  )
  const trials = rows.flatMap(({ where, moderate, ramp }) => [
    { what: `${where}, highest`, ...ramp.highest },
    { what: `${where}, moderate`, ...moderate },
  ])
  const unheld = rows
    .filter(({ ramp }) => ramp.outcome !== 'held')
    .map(({ where, ramp }) =>
      ramp.outcome === 'step'
        ? `Not held (${where}): the figure is of a short step.`
        : `**No result** (${where}): no rate stayed within the bound.`,
    )
  return [
    `No message lost, doubled or out of order at any receiver (${checked(runs)} deliveries checked).`,
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
  ].map((line) => `- ${line}`)
}

function checked(runs: Run[]): number {
  const ofTrials = (trials: Trial[]) =>
    trials.reduce((sum, { report }) => sum + report.deliveries, 0)
  return runs.reduce(
    (sum, { deliveries, lone, delay }) =>
      sum +
      deliveries.reduce((n, { moderate, ramp }) => n + ofTrials([moderate, ...ramp.trials]), 0) +
      lone.reduce((n, { messages }) => n + messages, 0) +
      delay.reduce((n, row) => n + row.deliveries, 0),
    0,
  )
}

const share = (cores: number) => cores.toFixed(2)
