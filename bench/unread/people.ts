// The bench's end of the people's process.

import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { Answer, Answers, Orders } from './orders.ts'

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
