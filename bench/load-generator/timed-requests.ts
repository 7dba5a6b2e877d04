// Times REST requests, one after the other over a kept connection. The URLs take turns.

import { Agent, get } from 'node:http'
import { performance } from 'node:perf_hooks'
import type { TimeRequests } from './commands.ts'
import { type Buckets, Histogram } from './histogram.ts'

/** Gives the latencies of each URL. An answer other than 200 is an error. */
export async function timeRequests({ urls, token, seconds }: TimeRequests): Promise<Buckets[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const headers = { authorization: `Bearer ${token}` }
  const latencies = urls.map(() => new Histogram())
  const end = performance.now() + seconds * 1000
  for (let n = 0; performance.now() < end; n = (n + 1) % urls.length) {
    const start = performance.now()
    await readAll(urls[n] as string, headers, agent)
    latencies[n]?.add(performance.now() - start)
  }
  agent.destroy()
  return latencies.map((histogram) => histogram.buckets())
}

function readAll(url: string, headers: Record<string, string>, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { headers, agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}`))
      response.resume()
      response.once('end', () => resolve())
    }).once('error', reject)
  })
}
