// V8's heap of the isolate in which the Worker and the room live, asked by the DevTools protocol.

import { WebSocket } from 'ws'

export type Inspector = {
  /** In use, in MiB: as it is, or after what is garbage was collected. */
  heapMiB(look: 'collected' | 'now'): Promise<number>
  close(): void
}

type Target = { id: string; webSocketDebuggerUrl: string }
type Answer = { id?: number; result?: { usedSize: number }; error?: { message: string } }

/** The others are miniflare's own. */
const isolate = 'core:user:'

/** @param wake makes the isolate do something: only then does it answer */
export async function openInspector(
  port: number,
  wake: () => Promise<unknown>,
): Promise<Inspector> {
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as Target[]
  const target = targets.find(({ id }) => id === isolate)
  if (!target) throw new Error(`There is no ${isolate} to inspect`)
  const socket = new WebSocket(target.webSocketDebuggerUrl, { perMessageDeflate: false })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  const waiting = new Map<number, (answer: Answer) => void>()
  socket.on('message', (data) => {
    const answer = JSON.parse(String(data)) as Answer
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer)
  })
  let asked = 0
  const ask = (method: string) =>
    new Promise<Answer>((resolve, reject) => {
      const id = ++asked
      waiting.set(id, resolve)
      socket.send(JSON.stringify({ id, method }))
      wake().catch(reject)
    })
  await ask('HeapProfiler.enable')
  return {
    async heapMiB(look) {
      if (look === 'collected') await ask('HeapProfiler.collectGarbage')
      const { result, error } = await ask('Runtime.getHeapUsage')
      if (!result) throw new Error(`The heap cannot be read: ${error?.message}`)
      return result.usedSize / 2 ** 20
    },
    close: () => socket.close(),
  }
}
