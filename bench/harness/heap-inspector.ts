// Reads V8's heap of the isolate of Worker and room, by the DevTools protocol.

import { WebSocket } from 'ws'

type HeapInspector = {
  heapMiB(state: 'now' | 'collected'): Promise<number>
  close(): void
}
type Target = { id: string; webSocketDebuggerUrl: string }
type Answer = { id?: number; result?: { usedSize: number }; error?: { message: string } }

/** The other targets are miniflare's own. */
const isolate = 'core:user:'

/** @param wake gives the isolate something to do, as an idle one does not answer */
export async function openHeapInspector(
  port: number,
  wake: () => Promise<unknown>,
): Promise<HeapInspector> {
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as Target[]
  const target = targets.find(({ id }) => id === isolate)
  if (!target) throw new Error(`The inspector does not list ${isolate}`)
  const socket = new WebSocket(target.webSocketDebuggerUrl, { perMessageDeflate: false })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  const open = new Map<number, (answer: Answer) => void>()
  socket.on('message', (data) => {
    const answer = JSON.parse(String(data)) as Answer
    if (answer.id !== undefined) open.get(answer.id)?.(answer)
  })
  let calls = 0
  const call = (method: string) =>
    new Promise<Answer>((resolve, reject) => {
      open.set(++calls, resolve)
      socket.send(JSON.stringify({ id: calls, method }))
      wake().catch(reject)
    })
  await call('HeapProfiler.enable')
  return {
    async heapMiB(state) {
      if (state === 'collected') await call('HeapProfiler.collectGarbage')
      const { result, error } = await call('Runtime.getHeapUsage')
      if (!result) throw new Error(`The heap cannot be read: ${error?.message}`)
      return result.usedSize / 2 ** 20
    },
    close: () => socket.close(),
  }
}
