// Injects the faults of a plan, and undoes them.

import { setTimeout as delay } from 'node:timers/promises'
import type { TcpProxy } from '../harness/tcp-proxy.ts'
import type { Harness, ProxiedStore } from './harness.ts'
import { type Fault, isKill, isStoreFault, type Kind, type Plan, restartsService } from './plan.ts'

const slowStoreMs = 700
const slowConnectionMs = 250

type Undo = () => void | Promise<void>

/** Runs the whole plan. @returns the time when all faults were undone */
export async function injectFaults(harness: Harness, { faults }: Plan): Promise<number> {
  const engines = faults
    .filter(({ kind }) => isStoreFault(kind))
    .map((one) => injectFault(harness, one))
  const storesHealed = Promise.all(engines)
  const others = faults
    .filter(({ kind }) => !isStoreFault(kind))
    .map((fault) =>
      injectFault(harness, fault, restartsService(fault.kind) ? storesHealed : undefined),
    )
  await Promise.all([storesHealed, ...others])
  for (const { client } of harness.authors) client.parts.proxy.heal()
  return performance.now()
}

/** @param first must be done before this fault can be undone */
async function injectFault(
  harness: Harness,
  fault: Fault,
  first?: Promise<unknown>,
): Promise<void> {
  const { metrics } = harness
  await delay(fault.startsAtMs)
  metrics.count(`fault: ${fault.kind}`)
  const accepted = metrics.of('messages accepted')
  const startedAt = performance.now()
  const undo = await begin(harness, fault)
  await delay(fault.durationMs)
  await first
  if (fault.kind.endsWith('Postgres') || fault.kind.endsWith('Redis')) {
    const name = `messages accepted without ${fault.kind.slice(fault.kind.lastIndexOf(' ') + 1)}`
    metrics.count(name, metrics.of('messages accepted') - accepted)
  }
  await undo()
  if (isKill(fault.kind)) {
    metrics.count('kills')
    metrics.time(`${fault.kind} until it answers`, performance.now() - startedAt)
  }
}

function begin(harness: Harness, fault: Fault): Undo | Promise<Undo> {
  const { service, checker } = harness
  const [postgres, redis] = [harness.postgres as ProxiedStore, harness.redis as ProxiedStore]
  const start = () => service.start()
  const actions: Record<Kind, () => Undo | Promise<Undo>> = {
    'kill workerd': () => service.killWorkerd().then(() => () => {}),
    'kill start': () => service.killStart().then(() => start),
    'kill everything': () => service.killAll().then(() => start),
    restart: async () => {
      const failure = await service.end()
      if (failure) checker.report(failure)
      return start
    },
    'restart with slow engines': async () => {
      await service.end()
      await service.start({ LOCAL_DELAY_MS: String(slowStoreMs) })
      return () => service.end().then(start)
    },
    'crash Postgres': () => crash(postgres),
    'crash Redis': () => crash(redis),
    'freeze Postgres': () => freeze(postgres),
    'freeze Redis': () => freeze(redis),
    'cut off Postgres': () => onProxies([postgres.proxy], (proxy) => proxy.refuse()),
    'slow engines': () =>
      onProxies([postgres.proxy, redis.proxy], (proxy) => proxy.slow(slowStoreMs)),
    ...connectionFaultActions(harness, fault),
  }
  return actions[fault.kind]()
}

function onProxies(proxies: readonly TcpProxy[], disturb: (proxy: TcpProxy) => void): Undo {
  for (const proxy of proxies) disturb(proxy)
  return () => {
    for (const proxy of proxies) proxy.heal()
  }
}

function connectionFaultActions(harness: Harness, { clients, breaks, durationMs }: Fault) {
  const affected = harness.authors
    .filter((_, index) => clients.includes(index))
    .map(({ client }) => client)
  const proxies = affected.map(({ parts }) => parts.proxy)
  const each = (disturb: (proxy: TcpProxy) => void) => onProxies(proxies, disturb)
  return {
    cut: () => each((proxy) => proxy.cut()),
    'half open': () => each((proxy) => proxy.leaveHalfOpen()),
    'stop reading': () => each((proxy) => proxy.stall('down')),
    stall: () =>
      each((proxy) => {
        proxy.stall('down')
        proxy.stall('up')
      }),
    'slow connection': () => each((proxy) => proxy.slow(slowConnectionMs)),
    // The clients are away first, so that there is something to replay.
    'break replay': async (): Promise<Undo> => {
      each((proxy) => proxy.refuse())
      await delay(durationMs)
      for (const proxy of proxies) {
        proxy.heal()
        proxy.cutAfterBytes([...breaks])
      }
      return () => {}
    },
    'forget all': (): Undo => {
      for (const client of affected) client.forgetHistory()
      return () => {}
    },
    'claim another log': (): Undo => {
      for (const client of affected) client.claimUnknownEpoch()
      return () => {}
    },
  }
}

async function crash({ store }: ProxiedStore): Promise<Undo> {
  await store.crash()
  return () => store.start()
}

function freeze({ store }: ProxiedStore): Undo {
  store.freeze()
  return () => store.thaw()
}
