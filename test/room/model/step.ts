// Defines one command of a sequence: its condition, its action, and its text in a report.

import fc from 'fast-check'
import { checkClients } from './checks.ts'
import type { Model } from './model.ts'
import type { World } from './world.ts'

export type Step = fc.AsyncCommand<Model, World>

export function step(
  name: string,
  check: (model: Readonly<Model>) => boolean,
  run: (model: Model, world: World) => Promise<void>,
): Step {
  return {
    check,
    async run(model, world) {
      await run(model, world)
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
export const number = fc.noBias(fc.nat(999))

/** Selects one entry by any number. The list must not be empty. */
export function pick<T>(list: readonly T[], number: number): T {
  return list[number % list.length] as T
}
