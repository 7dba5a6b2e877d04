// The tables of the rehearsal, in Markdown.

import { loadavg } from 'node:os'
import { machineCpuSeconds, processTreeCpuSeconds } from '../../bench/harness/machine.ts'
import { median } from '../../bench/report/statistics.ts'
import { table } from '../../bench/report/table.ts'
import { percentile } from '../harness/metrics.ts'
import type { Heard, Totals } from './crowd.ts'
import type { Leftovers } from './find-purged.ts'
import type { Answers } from './honest-member.ts'
import type { CallTime, PurgeTime } from './measure-purge.ts'
import type { Calls, Place, Punishment } from './moderators.ts'

export type Part = {
  name: string
  seconds: number
  answers: Answers
  before: Totals
  after: Totals
}

export type Steps = {
  punished: Punishment[]
  purge: PurgeTime
  calls: Calls
  counts: Record<string, number>
  savedMs: number
  quietMs: number
  archiveMs: number
  left: Leftovers
  heard: Heard
  errors: Record<string, number>
}

const whole = (number: number) => Math.round(number).toLocaleString('en').replaceAll(',', ' ')

/** The lowest value, the median and the highest. */
function spread(values: number[]): string {
  return [Math.min(...values), median(values), Math.max(...values)].map(whole).join(' / ')
}

const times = ({ clockMs, cpuMs }: CallTime) => `${clockMs.toFixed(0)} / ${cpuMs.toFixed(0)}`

function codes(counts: Record<string, number>): string {
  const named = Object.entries(counts).map(([code, count]) => `${count} × ${code}`)
  return named.join(', ') || '0'
}

function latency(values: number[]): string {
  if (values.length === 0) return '–'
  const [middle, late] = [percentile(values, 0.5), percentile(values, 0.99)]
  return `${whole(middle)} / ${whole(late)} (${values.length})`
}

export function partsTable(parts: Part[]): string {
  const row = (label: string, cell: (part: Part) => string) => [label, ...parts.map(cell)]
  const got = (kind: keyof Totals) => (part: Part) =>
    spread(part.after[kind].map((count, at) => count - (part.before[kind][at] ?? 0)))
  return table(
    ['', ...parts.map(({ name }) => name)],
    [
      row('seconds', ({ seconds }) => seconds.toFixed(1)),
      row('events at a listener, min / median / max', got('events')),
      row('WebSocket messages that brought them', got('webSocketMessages')),
      row('their bytes', got('bytes')),
      row('echo of the honest member, ms, median / p99 (n)', ({ answers }) =>
        latency(answers.echoes),
      ),
      row('refusals to it, ms, median / p99 (n)', ({ answers }) => latency(answers.refusals)),
      row('their codes', ({ answers }) => codes(answers.codes)),
    ],
  )
}

export function stepsTable(steps: Steps): string {
  const { punished, purge, calls, counts, savedMs, quietMs, archiveMs, left, heard, errors } = steps
  const asked = punished.filter(({ askedForMore }) => askedForMore).length
  const purged = punished.reduce((sum, { messages }) => sum + messages, 0)
  const spent = (place: Place) =>
    spread(
      punished
        .filter((one) => one.place === place)
        .map(({ click, load, ban, purge }) => click + load + ban + purge),
    )
  const ms = (kind: 'click' | 'load' | 'ban' | 'purge') => spread(punished.map((one) => one[kind]))
  return table(
    ['', ''],
    [
      ['first click to saved, ms', whole(savedMs)],
      ['of it the call, ms', whole(calls.room[0] ?? Number.NaN)],
      ['first click to quiet, ms', whole(quietMs)],
      ['people banned and purged', String(punished.length)],
      ['one of them from a message, ms', spent('message')],
      ['one of them from the list of people, ms', spent('people')],
      ['of these, only after “Show more”', String(asked)],
      ['in the pages of both moderators', codes(counts)],
      ['click until the card is open, ms', ms('click')],
      ['until it knows the person, ms', ms('load')],
      ['ban, ms', ms('ban')],
      ['purge with its question, ms', ms('purge')],
      ['messages purged in the page', whole(purged)],
      ['a call of these purges, ms', spread(calls.purge)],
      [`a purge of ${purge.messages[0]} messages, ms of clock / CPU`, times(purge.full)],
      ['the same call for none, ms of clock / CPU', times(purge.empty)],
      ['last purge to none in Postgres, ms', whole(archiveMs)],
      [
        'purged texts in history, exports, Postgres',
        `${left.history}, ${left.exports}, ${left.postgres}`,
      ],
      ['listeners with a gap in `seq`', String(heard.gaps)],
      ['listeners that were closed', codes(heard.listenersClosed)],
      ['raiders that were closed', codes(heard.raidersClosed)],
      ['messages of raiders that were refused', codes(heard.raidersRefused)],
      ['errors in the log of the Worker', codes(errors)],
    ],
  )
}

/** The load of the machine by this rehearsal and by others, since its creation. */
export class LoadWatch {
  readonly #from = performance.now()
  readonly #machine = machineCpuSeconds()
  readonly #own = processTreeCpuSeconds(process.pid)

  end(): string {
    const seconds = (performance.now() - this.#from) / 1_000
    const machine = (machineCpuSeconds() - this.#machine) / seconds
    const own = (processTreeCpuSeconds(process.pid) - this.#own) / seconds
    const others = Math.max(0, machine - own).toFixed(2)
    return `cores: this ${own.toFixed(2)}, others ${others}; load ${loadavg()[0]?.toFixed(1)}`
  }
}
