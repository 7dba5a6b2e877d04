// A Worker in workerd by miniflare's API: no proxy and no second process as under `wrangler dev`.

import { readdirSync, readFileSync } from 'node:fs'
import {
  convertV4MiniflareOptions,
  Log,
  LogLevel,
  Miniflare,
  type V4MiniflareOptions,
} from 'miniflare'

export type Workerd = { url: string; pid: number; stop(): Promise<void> }

export async function startWorkerd(worker: V4MiniflareOptions): Promise<Workerd> {
  const before = new Set(workerdChildren())
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
  const pid = workerdChildren().find((child) => !before.has(child))
  if (pid === undefined) throw new Error('miniflare is ready, but there is no workerd')
  return { url: `ws://${host}`, pid, stop: () => miniflare.dispose() }
}

function workerdChildren(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const stat = readStat(pid)
      return stat.includes('(workerd)') && stat.split(') ')[1]?.split(' ')[1] === `${process.pid}`
    })
    .map(Number)
}

function readStat(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return ''
  }
}
