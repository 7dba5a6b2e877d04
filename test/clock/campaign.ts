// `npm run test:clock`
// Runs the service, sets the clock of all its processes while users are connected, and checks what
// must hold after that. In some steps it also kills everything and starts it again.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { readArguments } from '../../local/arguments.ts'
import { freePort } from '../../local/ports.ts'
import { passProxies } from '../../local/proxies.ts'
import { Service } from '../harness/service.ts'
import { type Expectation, expectationsAfter, type Participants } from './expectations.ts'
import { Participant } from './participant.ts'
import { ShiftedClock } from './shifted-clock.ts'

const second = 1_000
const hour = 3_600 * second
const all = [1, 10, 600, 3_600].flatMap((seconds) => [-seconds * second, seconds * second])
const short = [-hour, hour]
/** Steps at which everything is killed and started again. */
const restarts = [-600 * second]

const usage = `npm run test:clock [-- options]

Sets the clock of all processes of the service while users are connected. Needs a C compiler.

  --short              an hour back and forth
  --steps=-10000,500   only these steps, in milliseconds`

const { values } = readArguments(usage, {
  options: { short: { type: 'boolean', default: false }, steps: { type: 'string' } },
})
passProxies()
const steps = values.steps?.split(',').map(Number) ?? (values.short ? short : all)

const folder = mkdtempSync(join(tmpdir(), 'clock-'))
const clock = new ShiftedClock(folder)
const service = new Service({ folder, port: await freePort() })
const { port } = service
const failures: string[] = []
const startedAt = performance.now()

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end(1))

try {
  await service.start(clock.env)
  let participants = await registerParticipants()
  // After a failure everything starts over, so that each step is judged alone.
  for (const step of [
    ...steps.map((stepMs) => ({ stepMs, isRestart: false })),
    ...restarts.map((stepMs) => ({ stepMs, isRestart: true })),
  ])
    if (!(await runStep(participants, step))) participants = await startOver()
} catch (error) {
  failures.push(String((error as Error).stack))
}
for (const failure of failures) console.error(failure)
const took = Math.round((performance.now() - startedAt) / second)
console.log(`${failures.length} expectations failed, in ${took} s`)
await end(failures.length === 0 ? 0 : 1)

/** One by one, because bcrypt blocks the Worker. */
async function registerParticipants(): Promise<Participants> {
  const names = [
    'sender',
    'listener',
    'rateLimited',
    'leaving',
    'disconnected',
    'newParticipant',
  ] as const
  const registered: [string, Participant][] = []
  for (const name of names) {
    const participant = new Participant(port, name)
    await participant.register()
    registered.push([name, participant])
  }
  return Object.fromEntries(registered) as Participants
}

/** @returns whether all expectations held */
async function runStep(
  participants: Participants,
  { stepMs, isRestart }: { stepMs: number; isRestart: boolean },
) {
  await prepare(participants)
  if (isRestart) await service.killAll()
  clock.step(stepMs)
  if (isRestart) {
    await service.start(clock.env)
    await Promise.all(
      [participants.sender, participants.listener, participants.leaving].map((one) =>
        one.reconnected(),
      ),
    )
  }
  const before = failures.length
  const expected = expectationsAfter({ stepMs, isRestart, port }, participants)
  const what = `the clock set by ${stepMs / second} s${isRestart ? ', and everything killed' : ''}`
  await Promise.all(expected.map((one) => checkExpectation(what, one)))
  for (const { violations } of Object.values(participants))
    failures.push(...violations.splice(0).map((violation) => `${what}: ${violation}`))
  const closed = [participants.sender, participants.listener].flatMap(({ closeCodes }) =>
    closeCodes.splice(0),
  )
  console.log(
    `${what}: ${failures.length - before} of ${expected.length} failed; closed connections: [${closed}]`,
  )
  return failures.length === before
}

/** Gives all participants new tokens and brings them into their states. */
async function prepare({
  sender,
  listener,
  rateLimited,
  leaving,
  disconnected,
  newParticipant,
}: Participants): Promise<void> {
  for (const participant of [
    sender,
    listener,
    rateLimited,
    leaving,
    disconnected,
    newParticipant,
  ]) {
    participant.disconnect()
    if ((await participant.logIn()) !== 200) throw new Error(`${participant.name} cannot log in`)
  }
  for (const participant of [sender, listener, leaving, disconnected])
    if (!(await participant.connect())) throw new Error(`${participant.name} does not become live`)
  sender.sendMessage(crypto.randomUUID(), 'Before')
  for (let n = 0; n < 5; n++) await rateLimited.ask('POST', '/messages', { content: `${n}` })
  await delay(second)
  disconnected.disconnect()
  await delay(second / 2)
}

async function checkExpectation(what: string, { name, holds }: Expectation): Promise<void> {
  try {
    if (!(await holds())) failures.push(`${what}: not true: ${name}`)
  } catch (error) {
    failures.push(`${what}: not true: ${name}: ${error}`)
  }
}

async function startOver(): Promise<Participants> {
  await service.killAll()
  rmSync(service.dataDir, { recursive: true, force: true })
  await service.start(clock.env)
  return registerParticipants()
}

async function end(code: number): Promise<never> {
  await service.killAll()
  rmSync(folder, { recursive: true, force: true })
  process.exit(code)
}
