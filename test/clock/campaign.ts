// `npm run test:clock`
// Runs the service, sets the clock of all its processes while people talk, and names whatever does not
// hold after that. A second kind of round kills everything and starts it again with the clock set.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { readArguments } from '../../local/arguments.ts'
import { freePort } from '../../local/ports.ts'
import { passProxies } from '../../local/proxies.ts'
import { Figures } from '../faults/figures.ts'
import { Service } from '../faults/service.ts'
import { type Cast, type Expectation, expectationsAfter } from './expectations.ts'
import { Member } from './member.ts'
import { ShiftedClock } from './shifted-clock.ts'

const second = 1_000
const hour = 3_600 * second
const all = [1, 10, 600, 3_600].flatMap((seconds) => [-seconds * second, seconds * second])
const short = [-hour, hour]
/** Set while everything is down. */
const anew = [-600 * second]

const usage = `npm run test:clock [-- options]

Sets the clock of the service and all its processes while people talk. Needs a C compiler.

  --short              an hour back and forth, to look
  --steps=-10000,500   these steps alone, in milliseconds`

const { values } = readArguments(usage, {
  options: { short: { type: 'boolean', default: false }, steps: { type: 'string' } },
})
passProxies()
const steps = values.steps?.split(',').map(Number) ?? (values.short ? short : all)

const folder = mkdtempSync(join(tmpdir(), 'clock-'))
const clock = new ShiftedClock(folder)
const service = new Service({ folder, port: await freePort(), figures: new Figures() })
const { port } = service
const failures: string[] = []
const startedAt = performance.now()

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end(1))

try {
  await service.start(clock.env)
  let cast = await engage()
  // So that the next round tells of its own step alone.
  for (const step of [
    ...steps.map((stepMs) => ({ stepMs, isAnew: false })),
    ...anew.map((stepMs) => ({ stepMs, isAnew: true })),
  ])
    if (!(await isWhole(cast, step))) cast = await startAnew()
} catch (error) {
  failures.push(String((error as Error).stack))
}
for (const failure of failures) console.error(failure)
const took = Math.round((performance.now() - startedAt) / second)
console.log(`${failures.length} expectations failed, in ${took} s`)
await end(failures.length === 0 ? 0 : 1)

/** One after the other: bcrypt keeps the Worker from everything else. */
async function engage(): Promise<Cast> {
  const names = ['speaker', 'listener', 'hasty', 'leaver', 'left', 'comer'] as const
  const members: [string, Member][] = []
  for (const name of names) {
    const member = new Member(port, name)
    await member.register()
    members.push([name, member])
  }
  return Object.fromEntries(members) as Cast
}

/** @returns whether all held */
async function isWhole(cast: Cast, { stepMs, isAnew }: { stepMs: number; isAnew: boolean }) {
  await prepare(cast)
  if (isAnew) await service.killAll()
  clock.step(stepMs)
  if (isAnew) {
    await service.start(clock.env)
    await Promise.all([cast.speaker, cast.listener, cast.leaver].map((one) => one.returned()))
  }
  const before = failures.length
  const expected = expectationsAfter({ stepMs, isAnew, port }, cast)
  const what = `the clock set by ${stepMs / second} s${isAnew ? ', and everything killed' : ''}`
  await Promise.all(expected.map((one) => look(what, one)))
  const lost = [cast.speaker, cast.listener].flatMap(({ losses }) => losses.splice(0))
  console.log(
    `${what}: ${failures.length - before} of ${expected.length} failed; lost sockets: [${lost}]`,
  )
  return failures.length === before
}

/** Everyone with tokens of now, and in their places. */
async function prepare({ speaker, listener, hasty, leaver, left, comer }: Cast): Promise<void> {
  for (const member of [speaker, listener, hasty, leaver, left, comer]) {
    member.leave()
    if ((await member.logIn()) !== 200) throw new Error(`${member.name} cannot log in`)
  }
  for (const member of [speaker, listener, leaver, left])
    if (!(await member.enter())) throw new Error(`${member.name} is not welcome`)
  speaker.say(crypto.randomUUID(), 'Before')
  for (let n = 0; n < 5; n++) await hasty.ask('POST', '/messages', { content: `${n}` })
  await delay(second)
  left.leave()
  await delay(second / 2)
}

async function look(what: string, { name, holds }: Expectation): Promise<void> {
  try {
    if (!(await holds())) failures.push(`${what}: it does not hold that ${name}`)
  } catch (error) {
    failures.push(`${what}: it does not hold that ${name}: ${error}`)
  }
}

async function startAnew(): Promise<Cast> {
  await service.killAll()
  rmSync(service.dataDir, { recursive: true, force: true })
  await service.start(clock.env)
  return engage()
}

async function end(code: number): Promise<never> {
  await service.killAll()
  rmSync(folder, { recursive: true, force: true })
  process.exit(code)
}
