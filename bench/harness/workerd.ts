// Runs a Worker in workerd by miniflare's API, without the proxy process of `wrangler dev`.

import {
  convertV4MiniflareOptions,
  Log,
  LogLevel,
  Miniflare,
  type V4MiniflareOptions,
} from 'miniflare'
import { childProcesses } from './machine.ts'

export type Workerd = { url: string; pid: number; stop(): Promise<void> }

export async function startWorkerd(worker: V4MiniflareOptions): Promise<Workerd> {
  const before = new Set(childProcesses('workerd'))
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      cf: false,
      log: new Log(LogLevel.ERROR),
      unsafeLocalExplorer: false,
      ...worker,
    }),
  )
  const { host } = await miniflare.ready
  const pid = childProcesses('workerd').find((child) => !before.has(child))
  if (pid === undefined) throw new Error('miniflare is ready, but workerd is not running')
  return { url: `ws://${host}`, pid, stop: () => miniflare.dispose() }
}
