// A storm of reactions: a part of a crowd reacts to one message, then to fifty, while messages flow. Measures
// what each listener receives, what messages wait more than without it, and the rows of a reaction.

import { setTimeout as delay } from 'node:timers/promises'
import { cpuSeconds, machineCpuSeconds, processTreeCpuSeconds } from '../harness/machine.ts'
import { countedBetween } from '../harness/meter.ts'
import type { Harness, RunningRoom } from '../harness/room.ts'
import type { Dialect, ReactionReport } from '../load-generator/commands.ts'
import { percentile } from '../load-generator/histogram.ts'
import { connectAll, isFaultless, type LoadGenerator } from '../load-generator/start.ts'
import {
  aims,
  isUndisturbed,
  type ReactionRun,
  reportReactions,
} from '../report/reactions-report.ts'
import { logProgress, roomFigure, withRoom } from './figure.ts'
import { compareTotals, newestIds } from './reaction-totals.ts'
import { disturbedCores } from './trial.ts'

const messageRate = 20
/** Runs that other programs disturb do not count, and are repeated. */
const triesPerRun = 2
/** Each may react ten times in five seconds. */
const reactionsPerUser = 1.5
const messages = 50
const settleMs = 3_000

type Options = { crowds: [Dialect, number][]; reacting: number; seconds: number; runs: number }

const modes: Record<'short' | 'full', Options> = {
  short: {
    crowds: [
      ['chat.v1', 200],
      ['plain', 50],
    ],
    reacting: 50,
    seconds: 4,
    runs: 1,
  },
  full: {
    crowds: [
      ['chat.v1', 2_000],
      ['plain', 500],
    ],
    reacting: 500,
    seconds: 10,
    runs: 5,
  },
}

/** How many messages are reacted to; 0: the same without reactions. */
const loads = [0, 1, messages]

export const reactions = roomFigure(modes, async (harness, { crowds, ...options }) => {
  const lines: string[] = []
  for (const [dialect, listeners] of crowds) {
    logProgress(`reactions: ${listeners} ${dialect}`)
    const runs = await measure(harness, { dialect, listeners, ...options })
    lines.push(`## ${listeners} ${dialect} connections, of which ${options.reacting} react`, '')
    lines.push(reportReactions(runs.runs, loads), '', ...runs.notes, '')
  }
  lines.push(
    `${messageRate} messages a second. CPU is the room's, and others are cores that other programs used: above ` +
      `${disturbedCores} a run does not count, unless no other is left. A listener receives sends and bytes; ` +
      'a reaction costs the rows that were ' +
      `written more than without reactions. Aims: an echo at most ${aims.echo} × the one without, at most ` +
      `${aims.rows} rows a reaction; medians.`,
  )
  return lines
})

type Crowd = Omit<Options, 'crowds'> & { dialect: Dialect; listeners: number }

function measure(
  harness: Harness,
  crowd: Crowd,
): Promise<{ runs: ReactionRun[]; notes: string[] }> {
  const { dialect, listeners, reacting, runs: count } = crowd
  const options = { accounts: listeners + 1, limits: 'raised', metered: true } as const
  return withRoom(harness, options, async (room, generator) => {
    const [poster, ...others] = room.accounts as [(typeof room.accounts)[0]]
    const endpoints = await room.endpoints(dialect, others)
    const group = endpoints.splice(0, reacting)
    await connectAll(generator, { dialect, endpoints: group, group: 'reacting', concurrency: 100 })
    if (endpoints.length > 0) await connectAll(generator, { dialect, endpoints, concurrency: 100 })
    await generator.call('awaitOnline', listeners)
    const token = await room.token(poster)
    const post = { url: room.url, token, count: messages, contentBytes: 80 }
    await generator.call('postMessages', post)
    await generator.call('awaitQuiet')
    const ids = await newestIds(room, token, messages)
    const runs: ReactionRun[] = []
    let last: ReactionReport['counts'] = {}
    // Interleaved, so that a slow hour of the machine hits all alike.
    for (let tries = 0; tries < count * triesPerRun; tries++)
      for (const load of loads) {
        if (runs.filter(isUndisturbed).filter((run) => run.load === load).length === count) continue
        const { counts, ...measured } = await measureLoad(room, generator, { crowd, load, ids })
        runs.push(measured)
        if (counts) last = counts
        await delay(settleMs)
      }
    return { runs, notes: [await compareTotals(harness, room, { token, ids, counts: last })] }
  })
}

async function measureLoad(
  room: RunningRoom,
  generator: LoadGenerator,
  { crowd, load, ids }: { crowd: Crowd; load: number; ids: string[] },
): Promise<ReactionRun & { counts: ReactionReport['counts'] | null }> {
  const { reacting, seconds, listeners } = crowd
  const rate = reacting * reactionsPerUser
  const before = await room.readMeter()
  await generator.call('received')
  const cpuBefore = readCpu(room)
  await generator.call('startLoad', { rate: messageRate, contentBytes: 80 })
  const messageIds = ids.slice(0, load)
  if (load > 0) await generator.call('startReactions', { group: 'reacting', messageIds, rate })
  const [messagesReport, reacted] = await Promise.all([
    generator.call('finishLoad', { messages: messageRate * seconds }),
    load > 0 ? generator.call('finishReactions', Math.round(rate * seconds)) : null,
  ])
  const cpu = readCpu(room)
  await generator.call('awaitQuiet')
  const received = await generator.call('received')
  await delay(settleMs)
  const { rowsWritten } = countedBetween(before, await room.readMeter())
  const { faults, latency } = messagesReport
  return {
    load,
    p50: percentile(latency, 0.5),
    p99: percentile(latency, 0.99),
    cpu: cpu.room - cpuBefore.room,
    others: (cpu.others - cpuBefore.others) / (cpu.at - cpuBefore.at),
    sends: received.webSocketMessages / listeners,
    bytes: received.bytes / listeners,
    reactions: reacted?.sent ?? 0,
    rowsWritten,
    // Several choices of one person within half a second have one answer.
    isWhole: isFaultless(faults) && (reacted === null || reacted.refused === 0),
    counts: reacted?.counts ?? null,
  }
}

function readCpu({ pid }: RunningRoom) {
  const others = machineCpuSeconds() - processTreeCpuSeconds(process.pid)
  return { room: cpuSeconds(pid), others, at: performance.now() / 1_000 }
}
