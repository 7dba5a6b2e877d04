// The room for figures that look inside: one account a person, meters where they are asked for, and
// only those limits raised that a figure names.

import { freePort } from '../../local/ports.ts'
import { doorOf, startService, tokenOf, type Uses } from '../subject/service.ts'
import type { Account } from '../subject/stand-ins.ts'
import type { Door } from '../subject/subject.ts'
import { enclose } from './entry.ts'
import { openInspector } from './inspector.ts'
import { type Meter, meterPath } from './meter.ts'

export type Wishes = {
  accounts: number
  /** What the configuration is to say. */
  rules?: Record<string, string>
  /** The heap can be looked at. */
  inspected?: true
  /** `readMeter` has an answer. */
  metered?: true
  /** Instead of what miniflare makes of it. */
  compression?: 'on' | 'off'
}

export type House = {
  /** Of REST, without a slash at the end. */
  url: string
  pid: number
  people: Account[]
  tokenOf(person: Account): Promise<string>
  door(person: Account, dialect: 'plain' | 'chat.v1'): Promise<Door>
  /** Bytes of V8's heap in use after a collection, in MiB. Only where it is inspected. */
  heapMiB(): Promise<number>
  /** The same without a collection. */
  heapNowMiB(): Promise<number>
  readMeter(): Promise<Meter>
  stop(): Promise<void>
}

/** One person comes more than once here, and everyone from one address. */
const raised = { CONNECT_LIMIT: '1000000', ADDRESS_SOCKETS: '1000000' }

export async function openHouse(
  uses: Uses,
  { accounts, rules, inspected, metered, compression }: Wishes,
): Promise<House> {
  const { bundle, standIns } = uses
  await standIns.clear()
  const people = await standIns.addAccounts(accounts)
  const inspectorPort = inspected ? await freePort() : undefined
  const { url, pid, stop } = await startService(uses, {
    script: await enclose(bundle, metered ? 'metered-worker.ts' : 'plain-worker.ts'),
    rules: { ...raised, ...rules },
    ...(compression !== undefined && { compression }),
    ...(inspectorPort !== undefined && { options: { inspectorPort } }),
  })
  const rest = url.replace('ws', 'http')
  const wake = () => fetch(`${rest}/health`).then((answer) => answer.text())
  const inspector = inspectorPort === undefined ? null : await openInspector(inspectorPort, wake)
  const heap = (look: 'collected' | 'now') => {
    if (!inspector) throw new Error('This house has no inspector')
    return inspector.heapMiB(look)
  }

  return {
    url: rest,
    pid,
    people,
    tokenOf,
    door: (person, dialect) => doorOf(url, dialect, person),
    heapMiB: () => heap('collected'),
    heapNowMiB: () => heap('now'),
    readMeter: async () => (await (await fetch(rest + meterPath)).json()) as Meter,
    async stop() {
      inspector?.close()
      await stop()
    },
  }
}
