// The table of a storm of reactions: what it costs beside the same load without reactions.

import { disturbedCores } from '../figures/trial.ts'
import { median } from './statistics.ts'
import { table, verdict } from './table.ts'

export const aims = { echo: 1.2, rows: 1.5 }

export type ReactionRun = {
  load: number
  p50: number
  p99: number
  /** CPU seconds of the room. */
  cpu: number
  /** Cores that other programs than the bench used. */
  others: number
  sends: number
  bytes: number
  reactions: number
  rowsWritten: number
  isWhole: boolean
}

export const isUndisturbed = ({ others }: ReactionRun) => others <= disturbedCores

export function reportReactions(runs: ReactionRun[], loads: readonly number[]): string {
  const of = (load: number, value: (run: ReactionRun) => number) => {
    const all = runs.filter((run) => run.load === load)
    const undisturbed = all.filter(isUndisturbed)
    return median((undisturbed.length > 0 ? undisturbed : all).map(value))
  }
  const rowsOf = (load: number) =>
    (of(load, ({ rowsWritten }) => rowsWritten) - of(0, ({ rowsWritten }) => rowsWritten)) /
    of(load, ({ reactions }) => reactions)
  const rows = loads.map((load) => {
    const ratio = of(load, ({ p50 }) => p50) / of(0, ({ p50 }) => p50)
    const isWhole = runs.filter((run) => run.load === load).every((run) => run.isWhole)
    const isMet = isWhole && (load === 0 || (ratio <= aims.echo && rowsOf(load) <= aims.rows))
    return [
      load === 0 ? 'none' : `to ${load} of the messages`,
      `${of(load, ({ reactions }) => reactions)}`,
      of(load, ({ p50 }) => p50).toFixed(1),
      of(load, ({ p99 }) => p99).toFixed(1),
      ratio.toFixed(2),
      of(load, ({ cpu }) => cpu).toFixed(2),
      of(load, ({ others }) => others).toFixed(2),
      of(load, ({ sends }) => sends).toFixed(0),
      (of(load, ({ bytes }) => bytes) / 1024).toFixed(1),
      load === 0 ? '–' : rowsOf(load).toFixed(2),
      isWhole ? verdict(isMet) : 'no figure: deliveries failed',
    ]
  })
  return table(
    [
      'reactions',
      'sent',
      'echo p50 ms',
      'p99 ms',
      '÷ none',
      'CPU s',
      'others',
      'sends',
      'KiB',
      'rows',
      'aims',
    ],
    rows,
  )
}
