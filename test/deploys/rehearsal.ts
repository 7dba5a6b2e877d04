// `npm run test:deploys`
// A deploy and its rollback while many connections listen and some of them write: the Worker changes,
// then the room. It reports what was lost and doubled, and the longest silence that anyone heard.

import { setTimeout as delay } from 'node:timers/promises'
import { readArguments } from '../../local/arguments.ts'
import { Metrics } from '../harness/metrics.ts'
import { call, isArchived, type Ready } from '../harness/rest.ts'
import { Listener } from './listener.ts'
import { adminToken, type Release, startPlatform } from './platform.ts'

const usage = `npm run test:deploys [-- options]

Deploys this release over the one before and rolls it back, in workerd, while people talk. Takes about
a minute.

  --connections N   500
  --rate N          messages a second in all, 50
  --seconds N       between two steps of a deploy, 8
  --drain           asks the clients to reconnect before the room is updated`

const { values } = readArguments(usage, {
  options: {
    connections: { type: 'string', default: '500' },
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '8' },
    drain: { type: 'boolean', default: false },
  },
})
const connections = Number(values.connections)
const rate = Number(values.rate)
const stepMs = 1_000 * Number(values.seconds)
/** Each sends once in two seconds, half of the rate limit. */
const writers = Math.min(connections, rate * 2)
const connectEveryMs = 5
/** As `npm run deploy` does. */
const drainMs = 10_000
const afterDrainMs = 2_000

const metrics = new Metrics()
const platform = await startPlatform()
const accounts = await platform.openAccounts(connections)
const listeners: Listener[] = []
for (const account of accounts) {
  listeners.push(new Listener(account, () => platform.port))
  await delay(connectEveryMs)
}
await until('all are connected', () => listeners.every(({ isLive }) => isLive))

let said = 0
const startedAt = performance.now()
const talking = setInterval(() => {
  const due = Math.floor(((performance.now() - startedAt) * rate) / 1_000)
  while (said < due) listeners[said++ % writers]?.say()
  for (const listener of listeners) listener.sendPending()
}, 10)
await delay(1_000)
for (const listener of listeners) listener.listen()
await delay(stepMs)
for (const release of ['now', 'before'] as const) await deploy(release)
clearInterval(talking)

const silences = listeners.map(({ longestSilenceMs }) => longestSilenceMs)
await until('every message is confirmed', () => {
  for (const listener of listeners) listener.sendPending()
  return listeners.every(({ pending, isLive }) => pending === 0 && isLive)
})
await until('everyone has everything', () => new Set(listeners.map(({ seq }) => seq)).size === 1)
await until('Postgres has everything', async () =>
  isArchived((await call(platform.port, 'GET', '/ready')).body as Ready),
)
const wrong = await findWrong()
for (const ms of silences) metrics.time('longest silence of a connection', ms)
console.log(
  `${connections} connections, ${said} messages, ${rate} a second${values.drain ? ', with drains' : ''}\n`,
)
console.log(metrics.table())
for (const sentence of wrong.slice(0, 20)) console.error(`- ${sentence}`)
for (const listener of listeners) listener.stop()
await platform.stop()
process.exit(wrong.length > 0 ? 1 : 0)

async function deploy(release: Release): Promise<void> {
  platform.deployWorker(release)
  await delay(stepMs)
  if (values.drain) await drain()
  const at = performance.now()
  await platform.updateRoom(release)
  await until('all have resumed', () =>
    listeners.every(({ isLive, liveAt }) => isLive && liveAt > at),
  )
  metrics.time('update of the room to all resumed', performance.now() - at)
  await delay(stepMs)
}

async function drain(): Promise<void> {
  const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' }
  const url = `http://127.0.0.1:${platform.port}/admin/reconnect`
  const body = JSON.stringify({ within_ms: drainMs })
  const { status } = await fetch(url, { method: 'POST', headers, body })
  if (status !== 204) throw new Error(`The drain was refused with ${status}`)
  await delay(drainMs + afterDrainMs)
}

async function findWrong(): Promise<string[]> {
  const rows = await platform.query('select id, content from messages')
  const archived = new Set(rows.map(({ id }) => String(id)))
  const texts = rows.map(({ content }) => String(content))
  const accepted = listeners.flatMap(({ confirmed }) => [...confirmed.values()])
  const lost = accepted.filter((id) => !archived.has(id))
  const missing = listeners.reduce(
    (sum, { received }) => sum + accepted.filter((id) => !received.has(id)).length,
    0,
  )
  const doubled = texts.length - new Set(texts).size
  const violations = listeners.flatMap((listener) => listener.violations)
  metrics.count('accepted', accepted.length)
  metrics.count('lost', lost.length + missing)
  metrics.count('doubled', doubled + violations.filter((text) => text.includes('twice')).length)
  metrics.count('other violations', violations.filter((text) => !text.includes('twice')).length)
  metrics.count(
    'connects',
    listeners.reduce((sum, { connects }) => sum + connects, 0),
  )
  metrics.count(
    'reloads',
    listeners.reduce((sum, { reloads }) => sum + reloads, 0),
  )
  const counts = [
    lost.length > 0 && `${lost.length} accepted messages are not in Postgres`,
    missing > 0 && `${missing} deliveries are missing`,
    doubled > 0 && `${doubled} messages are in Postgres twice`,
    accepted.length !== said && `${said} messages were sent and ${accepted.length} accepted`,
  ]
  return [...counts.filter((fact) => fact !== false), ...violations]
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!(await holds())) {
    if (performance.now() > deadline)
      throw new Error(
        `Waited too long: ${what}; ${listeners.filter(({ isLive }) => !isLive).length} are not connected`,
      )
    await delay(20)
  }
}
