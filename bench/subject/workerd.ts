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

/** The Worker answers at this port itself; before the other one miniflare puts a Worker of its own. */
const direct = [{ host: '127.0.0.1', port: 0 }]

/**
 * @param way `direct`: nothing between clients and the Worker, whose compatibility flags then decide
 *   about compression. Through miniflare's own Worker every client gets it that offers it.
 */
export async function startWorkerd(
  worker: V4MiniflareOptions,
  way: 'direct' | 'through miniflare' = 'through miniflare',
): Promise<Workerd> {
  const before = new Set(workerdChildren())
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      cf: false,
      log: new Log(LogLevel.ERROR),
      unsafeLocalExplorer: false,
      ...(way === 'direct' && { unsafeDirectSockets: direct }),
      ...worker,
    }),
  )
  const ready = await miniflare.ready
  const { host } = way === 'direct' ? await miniflare.unsafeGetDirectURL() : ready
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
