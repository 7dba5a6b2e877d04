// A figure's end of a process full of people.

import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { Answer, Answers, Arrival, Orders } from './orders.ts'

export type People = {
  ask<Name extends keyof Orders>(name: Name, order: Orders[Name]): Promise<Answers[Name]>
  stop(): void
}

export function startPeople(): People {
  const child = fork(join(import.meta.dirname, 'main.ts'))
  return {
    ask<Name extends keyof Orders>(name: Name, order: Orders[Name]) {
      return new Promise<Answers[Name]>((resolve, reject) => {
        const ended = () => reject(new Error('The people are gone'))
        child.once('exit', ended)
        child.once('message', (answer: Answer) => {
          child.off('exit', ended)
          if ('error' in answer) reject(new Error(answer.error))
          else resolve(answer.value as Answers[Name])
        })
        child.send({ name, order })
      })
    },
    stop: () => child.kill(),
  }
}

/** All of them, or it is an error. */
export async function bringIn(people: People, order: Orders['arrive']): Promise<Arrival> {
  const arrival = await people.ask('arrive', order)
  if (arrival.arrived < order.doors.length)
    throw new Error(`Not let in: ${JSON.stringify(arrival.refused)}`)
  return arrival
}
