// Starts the load generator, which is a process of its own.

import { join } from 'node:path'
import { startWorker, type Worker } from '../harness/worker-rpc.ts'
import type { Connect, Connected, Faults } from './commands.ts'
import type { Handlers } from './main.ts'

export type LoadGenerator = Worker<Handlers>

export function startLoadGenerator(): LoadGenerator {
  return startWorker<Handlers>(join(import.meta.dirname, 'main.ts'))
}

/** Connects all users, or throws. */
export async function connectAll(generator: LoadGenerator, input: Connect): Promise<Connected> {
  const connected = await generator.call('connect', input)
  const { refused } = connected
  if (Object.keys(refused).length > 0) throw new Error(`Not connected: ${JSON.stringify(refused)}`)
  return connected
}

/** Nothing was lost, doubled, out of order, refused or closed. */
export function isFaultless({ lost, doubled, disordered, refused, closed }: Faults): boolean {
  return lost + doubled + disordered + Object.keys({ ...refused, ...closed }).length === 0
}

export function assertFaultless(faults: Faults): void {
  if (!isFaultless(faults)) throw new Error(`Deliveries failed: ${JSON.stringify(faults)}`)
}
