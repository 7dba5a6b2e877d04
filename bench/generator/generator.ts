// The bench's end of the generator's process.

import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { Answer, Answers, Orders } from './orders.ts'

export type Generator = {
  pid: number
  ask<Name extends keyof Orders>(name: Name, order: Orders[Name]): Promise<Answers[Name]>
  stop(): void
}

export function startGenerator(): Generator {
  const child = fork(join(import.meta.dirname, 'main.ts'))
  return {
    pid: child.pid ?? 0,
    ask<Name extends keyof Orders>(name: Name, order: Orders[Name]) {
      return new Promise<Answers[Name]>((resolve, reject) => {
        const ended = () => reject(new Error('The generator ended'))
        child.once('exit', ended)
        child.once('message', (answer: Answer) => {
          child.off('exit', ended)
          if ('error' in answer) reject(new Error(answer.error))
          else resolve(answer.value as Answers[Name])
        })
        child.send({ name, order })
      })
    },
    // It ends by itself when nobody asks any more.
    stop: () => child.disconnect(),
  }
}
