// The figures of all rehearsals as a table in Markdown.

import type { Figures } from './rehearsal.ts'

const seconds = (ms: number) => (ms / 1_000).toFixed(1)

export function table(done: ReadonlyMap<string, Figures>): string {
  const heads = [
    ...['loss', 'accepted', 'lost', 'doubled', 'deletions lost', 'edits lost'],
    ...['oldest loss, s', 'longest silence, s', 'recovery, s'],
  ]
  const rows = [...done].map(([name, figures]) => [
    ...[name, figures.accepted, figures.lost, figures.doubled, figures.resurrected],
    ...[figures.reverted, seconds(figures.oldestMs), seconds(figures.silentMs)],
    seconds(figures.recoveryMs),
  ])
  const lines = [heads, heads.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
