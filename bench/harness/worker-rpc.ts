// Calls by name to a child process of the bench. Several calls may be open at the same time.

import { fork } from 'node:child_process'

type Handlers = Record<string, (input: never) => unknown>
type Call = { id: number; name: string; input: never }
type Answer = { id: number; value?: unknown; error?: string }

export type Worker<H extends Handlers> = {
  call<Name extends keyof H & string>(
    name: Name,
    ...input: Parameters<H[Name]>
  ): Promise<Awaited<ReturnType<H[Name]>>>
  stop(): void
}

/** @param file of the child process, which calls `serveCalls` */
export function startWorker<H extends Handlers>(file: string): Worker<H> {
  const child = fork(file)
  const open = new Map<number, PromiseWithResolvers<never>>()
  let calls = 0
  child.on('message', ({ id, value, error }: Answer) => {
    const call = open.get(id)
    open.delete(id)
    if (error === undefined) call?.resolve(value as never)
    else call?.reject(new Error(error))
  })
  child.on('exit', () => {
    for (const { reject } of open.values()) reject(new Error(`${file} has ended`))
  })
  return {
    call(name, ...[input]) {
      const call = Promise.withResolvers<never>()
      open.set(++calls, call)
      child.send({ id: calls, name, input })
      return call.promise
    },
    stop: () => child.kill(),
  }
}

/** Answers the calls of the parent process, and ends with it. */
export function serveCalls(handlers: Handlers): void {
  process.on('message', async ({ id, name, input }: Call) => {
    try {
      process.send?.({ id, value: await handlers[name]?.(input) })
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? error.stack : String(error) })
    }
  })
  process.on('disconnect', () => process.exit())
}
