// The report on the room beside its peers: aims, tables, curves, and notes for a careful reader.

import { type DeliveriesRow, deliveriesSection } from '../figures/deliveries.ts'
import { loneUserSection } from '../figures/lone-user.ts'
import type { PeersRun } from '../figures/peers.ts'
import { slowStoresSection } from '../figures/slow-stores.ts'
import { type Trial, wasDisturbed } from '../figures/trial.ts'
import { aimsTable } from './aims.ts'

const generatorBusyMax = 0.85

type Chart = { sockets: number; file: string; runs: DeliveriesRow[][] }

export function peersReport(runs: PeersRun[], charts: Chart[]): string[] {
  return [
    runs.length > 1 ? `Medians of ${runs.length} runs; (lowest–highest).` : 'One run.',
    '',
    '## Aims',
    '',
    aimsTable(runs),
    '',
    ...charts.flatMap(({ sockets, file, runs }) => [
      ...deliveriesSection(runs, sockets),
      `![p99 over the offered rate](${file})`,
      '',
    ]),
    ...loneUserSection(runs.map(({ loneUser }) => loneUser)),
    ...slowStoresSection(runs.map(({ slowStores }) => slowStores)),
    ...notes(runs),
  ]
}

export function notes(runs: PeersRun[]): string[] {
  const rows = runs.flatMap(({ deliveries }, n) =>
    deliveries.map((row) => ({ ...row, where: `run ${n + 1}, ${row.subject}, ${row.sockets}` })),
  )
  const trials = rows.flatMap(({ where, moderate, search }) => [
    { what: `${where}, highest`, ...search.highest },
    { what: `${where}, moderate`, ...moderate },
  ])
  return [
    `No message lost, doubled or out of order (${countDeliveries(runs)} deliveries checked).`,
    ...rows
      .filter(({ search }) => search.outcome === 'step')
      .map(({ where }) => `Not held (${where}): the figure is of a short step.`),
    ...rows
      .filter(({ search }) => search.outcome === 'none')
      .map(({ where }) => `**No result** (${where}): no rate stayed within the bound.`),
    ...trials
      .filter(({ report }) => report.generator.busy > generatorBusyMax)
      .map(({ what, report }) => {
        const busy = report.generator.busy.toFixed(2)
        return `**The generator was the bound** (${what}): busy ${busy} of the time.`
      }),
    ...trials
      .filter(wasDisturbed)
      .map(
        ({ what, cores }) => `Disturbed (${what}): others used ${cores.others.toFixed(2)} cores.`,
      ),
  ].map((line) => `- ${line}`)
}

function countDeliveries(runs: PeersRun[]): number {
  const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0)
  const ofTrials = (trials: Trial[]) => sum(trials.map(({ report }) => report.deliveries))
  return sum(
    runs.flatMap(({ deliveries, loneUser, slowStores }) => [
      ...deliveries.map(({ moderate, search }) => ofTrials([moderate, ...search.trials])),
      ...loneUser.map(({ values }) => values.messages ?? 0),
      ...slowStores.map(({ values }) => values.deliveries ?? 0),
    ]),
  )
}
