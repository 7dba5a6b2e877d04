// A process of the bench's own that carries out orders, one at a time: the bench's end of it, and
// its own.

import { fork } from 'node:child_process'

export type Errands<Orders, Answers extends Record<keyof Orders, unknown>> = {
  pid: number
  ask<Name extends keyof Orders>(name: Name, order: Orders[Name]): Promise<Answers[Name]>
  stop(): void
}

type Answer = { value: unknown } | { error: string }

/** @param main the file of the process, which calls `carryOut` */
export function startErrands<Orders, Answers extends Record<keyof Orders, unknown>>(
  main: string,
): Errands<Orders, Answers> {
  const child = fork(main)
  return {
    pid: child.pid ?? 0,
    ask<Name extends keyof Orders>(name: Name, order: Orders[Name]) {
      return new Promise<Answers[Name]>((resolve, reject) => {
        const ended = () => reject(new Error(`${main} has ended`))
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

/** Answers what the bench asks of this process, and ends with it. */
export function carryOut<Orders, Answers extends Record<keyof Orders, unknown>>(
  handlers: {
    [Name in keyof Orders]: (order: Orders[Name]) => Promise<Answers[Name]>
  },
): void {
  process.on('message', async ({ name, order }: { name: keyof Orders; order: never }) => {
    try {
      process.send?.({ value: await handlers[name](order) })
    } catch (error) {
      process.send?.({
        error: error instanceof Error ? (error.stack ?? error.message) : `${error}`,
      })
    }
  })
  process.on('disconnect', () => process.exit())
}
