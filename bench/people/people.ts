// A figure's end of a process full of people.

import { join } from 'node:path'
import { type Errands, startErrands } from '../errands.ts'
import type { Answers, Arrival, Orders } from './orders.ts'

export type People = Errands<Orders, Answers>

export function startPeople(): People {
  return startErrands(join(import.meta.dirname, 'main.ts'))
}

/** All of them, or it is an error. */
export async function bringIn(people: People, order: Orders['arrive']): Promise<Arrival> {
  const arrival = await people.ask('arrive', order)
  if (arrival.arrived < order.doors.length)
    throw new Error(`Not let in: ${JSON.stringify(arrival.refused)}`)
  return arrival
}
