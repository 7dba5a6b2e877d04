// Tables in Markdown.

import { spread } from './statistics.ts'

export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** A table with one row. */
export function record(cells: Record<string, string>): string {
  return table(Object.keys(cells), [Object.values(cells)])
}

export type Row = { label: string; values: Record<string, number> }

/**
 * A row for each label: the median of all runs, and the lowest and the highest value.
 * @param columns the digits after the point, by the names of the values
 */
export function runsTable(head: string, columns: Record<string, number>, runs: Row[][]): string {
  const rows = Map.groupBy(runs.flat(), ({ label }) => label)
  const cells = (same: Row[]) =>
    Object.entries(columns).map(([name, digits]) =>
      spread(
        same.map(({ values }) => values[name] ?? Number.NaN),
        digits,
      ),
    )
  return table(
    [head, ...Object.keys(columns)],
    [...rows].map(([label, same]) => [label, ...cells(same)]),
  )
}

export const percent = (share: number) => `${(share * 100).toFixed(0)} %`

export const verdict = (isMet: boolean) => (isMet ? 'reached' : '**missed**')
