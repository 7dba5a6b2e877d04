// How long a returning client waits, from the start of its upgrade until `synced`, after it missed
// many messages; that more than 1 MiB is refused; and what many cost who come back at once.

import { WebSocket } from 'ws'
import { readArguments } from '../local/arguments.ts'
import { calm, describeMachine, loadAverage } from './machine.ts'
import { anonymousMiB } from './memory.ts'
import { buildBundle } from './subject/bundle.ts'
import { batchingRoom } from './subject/room.ts'
import { openStandIns } from './subject/stand-ins.ts'
import type { Door } from './subject/subject.ts'
import { table } from './table.ts'

const usage = `npm run replay [-- options]

How long a client that returns waits until it has what it missed.

  --times=100         returns
  --missed=500        messages
  --together=50,100   clients that return at once`

const { values } = readArguments(usage, {
  options: {
    times: { type: 'string', default: '100' },
    missed: { type: 'string', default: '500' },
    together: { type: 'string', default: '50,100' },
  },
})
const times = Number(values.times)

const replayMax = 1024 * 1024
const longestContent = 2_000
const saysAtOnce = 20
const crowdMissed = 440
const lookMs = 20
const calmCores = 0.3
const patienceMs = 5_000

type Frame = {
  event: string
  seq?: number
  data: { id: string; epoch: string; resumed: boolean }
}
type Position = { epoch: string; seq: number }
/** One connect, up to `synced`. */
type Return = {
  tookMs: number
  position: Position
  resumed: boolean
  messages: number
  /** Of the replayed frames, as they are counted against the limit. */
  bytes: number
}

const standIns = await openStandIns()
const bundle = buildBundle()
const room = await batchingRoom({ bundle, standIns }).start({ sockets: 1, accounts: 1 })
try {
  console.log(
    `${new Date().toISOString()} · ${describeMachine()} · load ${loadAverage().toFixed(2)}`,
  )
  const rows = []
  for (const door of [room.doors[0] as Door, plain(room.doors[0] as Door)])
    rows.push(
      await measure(door, { missed: Number(values.missed), contentBytes: 200 }),
      await measure(door, { missed: 'all that fit', contentBytes: longestContent }),
      await measure(door, { missed: 'one too many', contentBytes: longestContent }),
    )
  const head = ['client', 'missed', 'bytes each', 'resumed', 'replayed', 'KiB']
  console.log(table([...head, 'first ms', 'median ms', 'p99 ms', 'most ms'], rows))
  const crowds = []
  for (const count of values.together.split(',').map(Number)) crowds.push(await measureCrowd(count))
  console.log()
  console.log(table(['together', 'KiB each', 'MiB before', 'most', 'median ms', 'last ms'], crowds))
} finally {
  await room.stop()
  bundle.dispose()
  await standIns.close()
}
process.exit()

type Case = { missed: number | 'all that fit' | 'one too many'; contentBytes: number }

async function measure(door: Door, { missed, contentBytes }: Case): Promise<string[]> {
  const token = tokenOf(room.doors[0] as Door)
  const { position } = await comeBack(door, null)
  await say(token, 1, contentBytes)
  const { bytes: frameBytes } = await comeBack(door, position)
  const fitting = Math.floor(replayMax / frameBytes)
  const count =
    typeof missed === 'number' ? missed : missed === 'all that fit' ? fitting : fitting + 1
  await say(token, count - 1, contentBytes)

  await calm(calmCores, patienceMs)
  const returns: Return[] = []
  for (let n = 0; n < times; n++) returns.push(await comeBack(door, position))
  const [first] = returns as [Return]
  const whole = first.resumed ? count : 0
  if (returns.some(({ messages, resumed }) => messages !== whole || resumed !== first.resumed))
    throw new Error('A replay was not whole')
  if (first.resumed !== (missed !== 'one too many')) throw new Error('The limit is elsewhere')

  const took = returns.map(({ tookMs }) => tookMs).sort((a, b) => a - b)
  const at = (share: number) => took[Math.ceil(share * took.length) - 1]?.toFixed(1) ?? ''
  return [
    door.subprotocols.length > 0 ? 'chat.v1' : 'plain',
    `${count}`,
    `${contentBytes}`,
    `${first.resumed}`,
    `${first.messages}`,
    (first.bytes / 1024).toFixed(0),
    first.tookMs.toFixed(1),
    at(0.5),
    at(0.99),
    at(1),
  ]
}

/** Many who missed nearly the most come back at once: the heaps and buffers of the room's process. */
async function measureCrowd(count: number): Promise<string[]> {
  const door = room.doors[0] as Door
  const { position } = await comeBack(door, null)
  await say(tokenOf(door), crowdMissed, longestContent)
  await calm(calmCores, patienceMs)
  const before = anonymousMiB(room.pid)
  let most = before
  const watching = setInterval(() => {
    most = Math.max(most, anonymousMiB(room.pid))
  }, lookMs)
  const returns = await Promise.all(
    Array.from({ length: count }, () => comeBack(door, position)),
  ).finally(() => clearInterval(watching))
  const took = returns.map(({ tookMs }) => tookMs).sort((a, b) => a - b)
  return [
    `${count}`,
    ((returns[0]?.bytes ?? 0) / 1024).toFixed(0),
    before.toFixed(0),
    most.toFixed(0),
    took[count >> 1]?.toFixed(0) ?? '',
    took.at(-1)?.toFixed(0) ?? '',
  ]
}

/** Connects, with a position to resume from or without, and leaves when told everything. */
function comeBack({ url, subprotocols }: Door, from: Position | null): Promise<Return> {
  return new Promise((resolve, reject) => {
    const address = new URL(url)
    if (from) {
      address.searchParams.set('epoch', from.epoch)
      address.searchParams.set('since', `${from.seq}`)
    }
    const start = performance.now()
    const socket = new WebSocket(address.href, subprotocols, { perMessageDeflate: false })
    const told: Frame[] = []
    socket.on('message', (raw) => {
      const parsed: Frame | Frame[] = JSON.parse(String(raw))
      told.push(...(Array.isArray(parsed) ? parsed : [parsed]))
      if (told.at(-1)?.event !== 'synced') return
      const tookMs = performance.now() - start
      socket.close(1000)
      socket.on('close', () => resolve({ tookMs, ...whatWasTold(told) }))
    })
    socket.on('error', reject)
  })
}

function whatWasTold(frames: Frame[]): Omit<Return, 'tookMs'> {
  const { epoch, resumed } = (frames[0] as Frame).data
  const replayed = frames.filter(({ event }) => event === 'new_message')
  const isRising = replayed.every(
    ({ data }, n) => n === 0 || data.id > (replayed[n - 1] as Frame).data.id,
  )
  if (!isRising) throw new Error('A replay was out of order')
  return {
    position: { epoch, seq: frames.at(-1)?.seq ?? Number.NaN },
    resumed,
    messages: replayed.length,
    bytes: replayed.reduce((sum, frame) => sum + Buffer.byteLength(JSON.stringify(frame)), 0),
  }
}

/** By REST: a socket may not send so many in ten seconds. */
async function say(token: string, count: number, contentBytes: number): Promise<void> {
  const address = (room.doors[0] as Door).url.replace(/^ws(.*)\/ws\/chat$/, 'http$1/messages')
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ content: 'x'.repeat(contentBytes) })
  for (let first = 0; first < count; first += saysAtOnce) {
    const turn = Array.from({ length: Math.min(saysAtOnce, count - first) })
    const answers = await Promise.all(
      turn.map(() => fetch(address, { method: 'POST', headers, body })),
    )
    for (const { status } of answers) if (status !== 201) throw new Error(`Refused: ${status}`)
  }
}

function plain(door: Door): Door {
  return { url: `${door.url}?token=${tokenOf(door)}`, subprotocols: [] }
}

function tokenOf({ subprotocols }: Door): string {
  return subprotocols[1]?.replace('bearer.', '') ?? ''
}
