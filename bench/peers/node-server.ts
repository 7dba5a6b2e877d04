// Starts a peer that is a Node process of its own. It tells its port when it listens.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export type NodeServer = { port: number; pid: number; stop(): Promise<void> }

/** @param script a file in `servers/`, which needs the bench's own packages. */
export async function startNodeServer(
  script: string,
  variables: Record<string, string>,
): Promise<NodeServer> {
  const child = fork(join(import.meta.dirname, 'servers', script), {
    env: { ...process.env, ...variables },
    execArgv: [],
  })
  const exit = once(child, 'exit')
  const ended = exit.then(([code]) => {
    throw new Error(`${script} ended with ${code}: was \`npm ci\` run in bench/?`)
  })
  const [port] = (await Promise.race([once(child, 'message'), ended])) as [number]
  ended.catch(() => {})
  return {
    port,
    pid: child.pid ?? 0,
    async stop() {
      child.kill()
      await exit
    },
  }
}
