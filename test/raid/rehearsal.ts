// `npm run test:raid`
// Two hundred new accounts flood a room of five hundred listeners, until two moderators close it to new
// accounts, and ban and purge twenty people in the page. It reports what everyone noticed of that.

import { setTimeout as delay } from 'node:timers/promises'
import { readArguments } from '../../local/arguments.ts'
import { passProxies } from '../../local/proxies.ts'
import { openCast } from './cast.ts'
import { findTexts, waitUntilPurged } from './find-purged.ts'
import { measurePurge } from './measure-purge.ts'
import { banAndPurge, changeRoom, type Punishment } from './moderators.ts'
import { LoadWatch, type Part, partsTable, stepsTable } from './report.ts'
import { openStage, type Stage } from './stage.ts'

const usage = `npm run test:raid [-- options]

Rehearses a raid with two moderators in Chromium. All limits of the room are the usual ones. Takes about
four minutes.

  --listeners N   500
  --raiders N     200; each writes once a second, which is the limit
  --seconds N     of the raid before a moderator acts, 50
  --banned N      people whom a moderator bans and purges in the page, 20`

const { values } = readArguments(usage, {
  options: {
    listeners: { type: 'string', default: '500' },
    raiders: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '50' },
    banned: { type: 'string', default: '20' },
  },
})
const raidMs = 1_000 * Number(values.seconds)
const banned = Number(values.banned)
/** Before and after the raid. */
const calmMs = 30_000
const raiderEveryMs = 1_000
/** Messages of each of those who are purged at the end. */
const earlierFlood = 1_000
/** What the room may take for them. */
const purgeMaxMs = 100

passProxies()
let stage: Stage | undefined
let isFinished = false
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => finish(['it was ended early']))
process.on('uncaughtException', (error) => finish([String(error?.stack ?? error)]))

stage = await openStage()
const cast = await openCast(stage, {
  listeners: Number(values.listeners),
  raiders: Number(values.raiders),
  earlierFlood,
})
const { crowd, honest, moderators, raiders, flooders } = cast
const parts: Part[] = []
const punished: Punishment[] = []
const load = new LoadWatch()

await measured('before', () => delay(calmMs))
await measured('raid', async () => {
  await cast.letRaidersIn()
  await crowd.call('startRaid', { everyMs: raiderEveryMs })
  await delay(raidMs)
})
const firstClickAt = performance.now()
let savedMs = 0
await measured('moderation', () => Promise.all([closeRoom(), punish()]))
const quietMs = honest.lastOtherAt - firstClickAt
await changeRoom(moderators, { 'Slow mode': 'off' })
await measured('after', () => delay(calmMs))
const loudMs = honest.lastOtherAt - firstClickAt
await crowd.call('endRaid')

const names = new Set(punished.map(({ name }) => name))
const out = raiders.filter(({ username }) => names.has(username))
const archiveMs = await waitUntilPurged(stage, out)
const purge = await measurePurge(stage, flooders)
await waitUntilPurged(stage, flooders)
const left = await findTexts(stage, [...out, ...flooders])
const control = await findTexts(stage, raiders.filter((one) => !out.includes(one)).slice(0, 1))
const heard = await crowd.call('report')
const { calls, counts } = moderators
console.log(`\n${partsTable(parts)}\n`)
console.log(
  stepsTable({
    ...{ punished, purge, calls, counts, savedMs, quietMs, archiveMs, left, heard },
    errors: stage.errors,
  }),
)
console.log(`\n${load.end()}`)
await finish(findWrong())

async function measured(name: string, work: () => Promise<unknown>): Promise<void> {
  const answers = honest.beginPart()
  const [from, before] = [performance.now(), await crowd.call('totals')]
  await work()
  const after = await crowd.call('totals')
  const seconds = (performance.now() - from) / 1_000
  parts.push({ name, answers, before, after, seconds })
  console.log(`${name}: ${seconds.toFixed(1)} s`)
}

async function closeRoom(): Promise<void> {
  await changeRoom(moderators, {
    'Slow mode': '30 s',
    'Who may write': 'Everyone but new accounts',
  })
  savedMs = performance.now() - firstClickAt
}

/** Every other card is opened from a message, and the rest from the list of people. */
async function punish(): Promise<void> {
  for (let count = 0; count < banned; count++) {
    const done = new Set(punished.map(({ name }) => name))
    const next = raiders.find(({ username }) => !done.has(username))
    const place = count % 2 === 0 ? 'message' : 'people'
    punished.push(await banAndPurge(moderators, place, next?.username ?? ''))
  }
}

function findWrong(): string[] {
  const purgeMs = purge.full.cpuMs - purge.empty.cpuMs
  const { gaps, seqs, listenersClosed, raidersClosed } = heard
  const facts = [
    loudMs > quietMs && 'a raider wrote after the room was quiet',
    gaps > 0 && `${gaps} listeners had a gap in seq`,
    seqs.join() !== String(honest.seq) && `the listeners end at ${seqs}, not at ${honest.seq}`,
    Object.keys(listenersClosed).length > 0 && 'listeners were closed',
    raidersClosed['4403'] !== banned && 'not everyone who is banned was closed',
    punished.every(({ messages }) => messages === 0) && 'the page purged nothing',
    Object.values(left).some((texts) => texts > 0) && 'purged texts are still there',
    Object.values(control).some((texts) => texts === 0) && 'the search for texts finds none at all',
    purge.messages.some((count) => count !== earlierFlood) && `${purge.messages} were purged`,
    purgeMs > purgeMaxMs && `a purge took the room ${purgeMs} ms`,
  ]
  return [...facts.filter((fact) => fact !== false), ...honest.violations]
}

async function finish(wrong: string[]): Promise<void> {
  if (isFinished) return
  isFinished = true
  for (const sentence of wrong) console.error(`WRONG: ${sentence}`)
  await stage?.close().catch(console.error)
  process.exit(wrong.length > 0 ? 1 : 0)
}
