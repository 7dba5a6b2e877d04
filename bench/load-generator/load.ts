// Sends the messages of a crowd, in an open loop or by REST, and reports their deliveries.

import { performance } from 'node:perf_hooks'
import type { FinishLoad, LoadReport, PostMessages, StartLoad } from './commands.ts'
import type { Crowd } from './crowd.ts'
import { textOf } from './message-text.ts'
import { OpenLoop } from './open-loop.ts'

const usualContentBytes = 60
const postsAtOnce = 20

type Running = {
  loop: OpenLoop
  cpu: NodeJS.CpuUsage
  utilization: ReturnType<typeof performance.eventLoopUtilization>
}

export class Load {
  readonly #crowd: Crowd
  #running: Running | null = null

  constructor(crowd: Crowd) {
    this.#crowd = crowd
  }

  async post({ url, token, count, contentBytes }: PostMessages): Promise<void> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    let left = count
    const postInTurn = async () => {
      while (left-- > 0) {
        const content = textOf(this.#crowd.checker.expect(Number.NaN), contentBytes)
        const body = JSON.stringify({ content })
        const { status } = await fetch(`${url}/messages`, { method: 'POST', headers, body })
        if (status !== 201) throw new Error(`POST /messages was answered with ${status}`)
      }
    }
    await Promise.all(Array.from({ length: postsAtOnce }, postInTurn))
  }

  start({ rate, contentBytes = usualContentBytes, group }: StartLoad): void {
    const senders = group === undefined ? this.#crowd.users : this.#crowd.group(group)
    const measured = new Set(senders.map(({ receiver }) => receiver))
    this.#crowd.checker.begin(
      group === undefined ? undefined : (receiver) => measured.has(receiver),
    )
    const send = (due: number) => {
      const number = this.#crowd.checker.expect(due)
      const next = senders[number % senders.length]
      const sender = next?.isReady ? next : senders.find(({ isReady }) => isReady)
      sender?.send(number, textOf(number, contentBytes))
    }
    this.#running = {
      cpu: process.cpuUsage(),
      utilization: performance.eventLoopUtilization(),
      loop: new OpenLoop(rate, send),
    }
  }

  async finish({ messages = 0, lostAfterMs }: FinishLoad): Promise<LoadReport> {
    if (!this.#running) throw new Error('No load was started')
    const { loop, cpu, utilization } = this.#running
    const checker = this.#crowd.checker
    const sent = await loop.end(messages)
    const { utilization: busy } = performance.eventLoopUtilization(utilization)
    await this.#crowd.until(() => checker.isSettled, lostAfterMs)
    if (!checker.isSettled) checker.giveUp()
    const { user, system } = process.cpuUsage(cpu)
    return {
      sent,
      deliveries: checker.deliveries,
      webSocketMessages: checker.webSocketMessages,
      seconds: (checker.lastArrival - loop.start) / 1000,
      latency: checker.latency.buckets(),
      faults: checker.takeFaults(),
      generator: { busy, cpuSeconds: (user + system) / 1e6 },
    }
  }
}
