// Does to the world what a plan says, and undoes it.

import { setTimeout as delay } from 'node:timers/promises'
import { type Fault, isEngineFault, isKill, type Kind, type Plan, startsAnew } from './plan.ts'
import type { Engine, World } from './world.ts'

const slowEngineMs = 700
const slowLineMs = 250

type Undo = () => void | Promise<void>

/** Runs the whole plan. Gives the moment when everything was whole again. */
export async function enact(world: World, { faults }: Plan): Promise<number> {
  const engines = faults.filter(({ kind }) => isEngineFault(kind)).map((one) => strike(world, one))
  const whole = Promise.all(engines)
  const others = faults
    .filter(({ kind }) => !isEngineFault(kind))
    .map((fault) => strike(world, fault, startsAnew(fault.kind) ? whole : undefined))
  await Promise.all([whole, ...others])
  for (const { client } of world.authors) client.parts.link.heal()
  return performance.now()
}

/** @param first what must be whole before this fault can be undone */
async function strike(world: World, fault: Fault, first?: Promise<unknown>): Promise<void> {
  const { figures } = world
  await delay(fault.at)
  figures.count(`fault: ${fault.kind}`)
  const accepted = figures.of('messages accepted')
  const struckAt = performance.now()
  const undo = await begin(world, fault)
  await delay(fault.lasts)
  await first
  if (fault.kind.endsWith('Postgres') || fault.kind.endsWith('Redis')) {
    const name = `messages accepted without ${fault.kind.slice(fault.kind.lastIndexOf(' ') + 1)}`
    figures.count(name, figures.of('messages accepted') - accepted)
  }
  await undo()
  if (isKill(fault.kind)) {
    figures.count('kills')
    figures.time(`${fault.kind} until it answers`, performance.now() - struckAt)
  }
}

function begin(world: World, fault: Fault): Undo | Promise<Undo> {
  const { service, witness } = world
  const engine = (name: 'postgres' | 'redis') => world[name] as Engine
  const start = () => service.start()
  const effects: Record<Kind, () => Undo | Promise<Undo>> = {
    'kill workerd': async () => {
      await service.killWorkerd()
      return () => {}
    },
    'kill start': async () => {
      await service.killStart()
      return start
    },
    'kill everything': async () => {
      await service.killAll()
      return start
    },
    restart: async () => {
      const fault = await service.end()
      if (fault) witness.accuse(fault)
      return start
    },
    'restart with slow engines': async () => {
      await service.end()
      await service.start({ LOCAL_DELAY_MS: String(slowEngineMs) })
      return async () => {
        await service.end()
        await service.start()
      }
    },
    'crash Postgres': () => crash(engine('postgres')),
    'crash Redis': () => crash(engine('redis')),
    'freeze Postgres': () => freeze(engine('postgres')),
    'freeze Redis': () => freeze(engine('redis')),
    'cut off Postgres': () => {
      engine('postgres').link.refuse()
      return () => engine('postgres').link.heal()
    },
    'slow engines': () => {
      for (const name of ['postgres', 'redis'] as const) engine(name).link.slow(slowEngineMs)
      return () => {
        for (const name of ['postgres', 'redis'] as const) engine(name).link.heal()
      }
    },
    ...linesOf(world, fault),
  }
  return effects[fault.kind]()
}

function linesOf(world: World, { who, breaks, lasts }: Fault) {
  const clients = world.authors
    .filter((_, index) => who.includes(index))
    .map(({ client }) => client)
  const links = clients.map(({ parts }) => parts.link)
  const each = (work: (link: (typeof links)[number]) => void): Undo => {
    for (const link of links) work(link)
    return () => {
      for (const link of links) link.heal()
    }
  }
  return {
    cut: () => each((link) => link.cut()),
    'half open': () => each((link) => link.leaveHalfOpen()),
    'stop reading': () => each((link) => link.stall('down')),
    stall: () =>
      each((link) => {
        link.stall('down')
        link.stall('up')
      }),
    'slow line': () => each((link) => link.slow(slowLineMs)),
    // Away for a while first, so that there is something to replay.
    'break replay': async (): Promise<Undo> => {
      each((link) => link.refuse())
      await delay(lasts)
      for (const link of links) {
        link.heal()
        link.breakNext([...breaks])
      }
      return () => {}
    },
    'forget all': (): Undo => {
      for (const client of clients) client.forget()
      return () => {}
    },
    'claim another log': (): Undo => {
      for (const client of clients) client.confuse()
      return () => {}
    },
  }
}

async function crash({ server }: Engine): Promise<Undo> {
  await server.crash()
  return () => server.start()
}

function freeze({ server }: Engine): Undo {
  server.freeze()
  return () => server.thaw()
}
