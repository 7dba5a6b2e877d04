// One command of a sequence: when it makes sense, what it does, and how it is written in a report.

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

/** Which one of a list: all alike, for small numbers would meet the same few again and again. */
export const number = fc.noBias(fc.nat(999))

/** One of a list, whatever the number. The list is not empty. */
export function pick<T>(list: readonly T[], number: number): T {
  return list[number % list.length] as T
}
