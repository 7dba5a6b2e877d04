// What sockets that nobody reads cost the room and everyone else: its memory and the latency of
// healthy clients over time, with and without them.

import { setTimeout as delay } from 'node:timers/promises'
import { readArguments } from '../local/arguments.ts'
import { v8Flags } from '../local/worker.ts'
import { merge, percentile } from './generator/histogram.ts'
import { calm, describeMachine, loadAverage } from './machine.ts'
import { anonymousMiB, residentMiB, residentPeakMiB } from './memory.ts'
import { buildBundle } from './subject/bundle.ts'
import { batchingRoom } from './subject/room.ts'
import { openStandIns } from './subject/stand-ins.ts'
import type { Door } from './subject/subject.ts'
import { table } from './table.ts'
import type { Sample, SleeperKind } from './unread/orders.ts'
import { startPeople } from './unread/people.ts'

const usage = `npm run unread [-- options]

What sockets that nobody reads cost the room and everyone else.

  --seconds=120       --bytes=200,2000     --sleepers=0,40    --kinds=pinged,silent,blind
  --listeners=100     --onlookers=0        --rate=100`

const { values } = readArguments(usage, {
  options: {
    seconds: { type: 'string', default: '120' },
    bytes: { type: 'string', default: '200,2000' },
    kinds: { type: 'string', default: 'pinged,silent' },
    listeners: { type: 'string', default: '100' },
    onlookers: { type: 'string', default: '0' },
    sleepers: { type: 'string', default: '0,40' },
    rate: { type: 'string', default: '100' },
  },
})
const seconds = Number(values.seconds)
const rate = Number(values.rate)
const listeners = Number(values.listeners)
/** Plain clients that read and never ping. */
const onlookers = Number(values.onlookers)
const kinds = values.kinds.split(',') as SleeperKind[]

/** The room's own rule, which stays as it is. */
const socketsPerUser = 10
const everyMs = 5_000
const lookMs = 200
const lateMs = 2_000
const calmCores = 0.3
const patienceMs = 5_000
/** After the sleepers woke, so long passes before the last look. */
const afterwardsMs = 5_000

type Memory = { resident: number; anonymous: number }
type Look = { at: number; most: Memory; sleepersOnline: number; sample: Sample }
type Case = { contentBytes: number; sleepers: number }

// Memory is what `npm start` would take.
process.env.MINIFLARE_WORKERD_V8_FLAGS ??= v8Flags
const standIns = await openStandIns()
const bundle = buildBundle()
const people = startPeople()
console.log(`${new Date().toISOString()} · ${describeMachine()} · load ${loadAverage().toFixed(2)}`)
console.log(`${listeners} listeners, ${onlookers} onlookers, ${rate} messages/s for ${seconds} s\n`)
try {
  for (const contentBytes of values.bytes.split(',').map(Number))
    for (const sleepers of values.sleepers.split(',').map(Number))
      await measure({ contentBytes, sleepers })
} finally {
  people.stop()
  bundle.dispose()
  await standIns.close()
}
process.exit()

async function measure({ contentBytes, sleepers }: Case): Promise<void> {
  await calm(calmCores, patienceMs)
  const rules = { ...standIns.variables, USER_SOCKETS: `${socketsPerUser}` }
  const users = Math.ceil(sleepers / socketsPerUser)
  const room = await batchingRoom({ bundle, standIns: { ...standIns, variables: rules } }).start({
    sockets: listeners + onlookers + sleepers,
    accounts: listeners + onlookers + users,
  })
  const awake = room.doors.slice(0, listeners)
  const looking = room.doors.slice(listeners, listeners + onlookers)
  const asleep = room.doors.slice(listeners + onlookers)
  const address = (awake[0]?.url ?? '').replace(/^ws(.*)\/ws\/chat$/, 'http$1/users/online')
  await people.ask('enter', { doors: awake })
  await people.ask('look', { doors: looking.map(plain) })
  for (const [n, kind] of kinds.entries())
    await people.ask('sleep', {
      doors: asleep.filter((_, place) => place % kinds.length === n),
      socketsEach: socketsPerUser,
      kind,
    })
  await people.ask('sample', {})
  const before = residentMiB(room.pid)

  const looks: Look[] = []
  await people.ask('talk', { rate, seconds, contentBytes })
  const start = performance.now()
  while (performance.now() - start < seconds * 1000) {
    const most = await watch(room.pid, performance.now() + everyMs)
    const sample = await people.ask('sample', {})
    const at = Math.round((performance.now() - start) / 1000)
    const sleepersOnline = await online(address, awake.length + looking.length)
    looks.push({ at, most, sleepersOnline, sample })
  }
  const verdict = await people.ask('settle', {})
  const peak = residentPeakMiB(room.pid)
  const woken = await people.ask('wake', {})
  await delay(afterwardsMs)
  const after = residentMiB(room.pid)
  await people.ask('leave', {})
  await room.stop()

  const latency = merge(looks.map(({ sample }) => sample.latency))
  console.log(`## ${contentBytes} bytes, ${sleepers} sleepers (${kinds.join(', ')})\n`)
  console.log(
    table(
      [
        's',
        'RSS MiB',
        'anonymous',
        'p50 ms',
        'p99 ms',
        'sleepers’ users',
        'closed',
        'onlookers closed',
        'clients busy',
      ],
      looks.map(({ at, most, sleepersOnline, sample }) => [
        `${at}`,
        most.resident.toFixed(0),
        most.anonymous.toFixed(0),
        percentile(sample.latency, 0.5).toFixed(1),
        percentile(sample.latency, 0.99).toFixed(1),
        `${sleepersOnline}`,
        counts(sample.closed),
        counts(sample.onlookersClosed),
        sample.busy.toFixed(2),
      ]),
    ),
  )
  console.log(`
RSS before ${before.toFixed(0)}, peak ${peak.toFixed(0)}, after the sleepers woke ${after.toFixed(0)} MiB
latency p50 ${percentile(latency, 0.5)} ms, p99 ${percentile(latency, 0.99)} ms, most ${percentile(latency, 1)} ms
sleepers when woken: ${counts(woken)}
${JSON.stringify(verdict)}
`)
}

/** The most memory seen until then. */
async function watch(pid: number, until: number): Promise<Memory> {
  const most = { resident: 0, anonymous: 0 }
  for (;;) {
    most.resident = Math.max(most.resident, residentMiB(pid))
    most.anonymous = Math.max(most.anonymous, anonymousMiB(pid))
    const left = until - performance.now()
    if (left <= 0) return most
    await delay(Math.min(lookMs, left))
  }
}

function plain({ url, subprotocols }: Door): Door {
  return { url: `${url}?token=${subprotocols[1]?.replace('bearer.', '')}`, subprotocols: [] }
}

/** How many are in the room beside the others: `user_left` comes 5 s after the last socket. */
async function online(address: string, others: number): Promise<number> {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(lateMs) })
    return ((await answer.json()) as unknown[]).length - others
  } catch {
    return Number.NaN
  }
}

function counts(of: Record<string, number>): string {
  const all = Object.entries(of).map(([what, count]) => `${count} × ${what}`)
  return all.join(', ') || '–'
}
