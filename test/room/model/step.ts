// Defines one command of a sequence: its condition, its action, and its text in a report.

import fc from 'fast-check'
import { checkClients } from './checks.ts'
import type { Model } from './model.ts'
import type { RealRoom } from './real-room.ts'

export type Step = fc.AsyncCommand<Model, RealRoom>

export function step(
  name: string,
  check: (model: Readonly<Model>) => boolean,
  run: (model: Model, room: RealRoom) => Promise<void>,
): Step {
  return {
    check,
    async run(model, room) {
      await run(model, room)
      checkClients(model)
    },
    toString: () => name,
  }
}

export const always = () => true

/**
 * Selects from a list. Without bias, because small numbers would select the same few again and
 * again.
 */
export const index = fc.noBias(fc.nat(999))

/** Selects one entry by any number. The list must not be empty. */
export function pick<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T
}
