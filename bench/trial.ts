// One load on one subject, and what it cost whom.

import { familyCpuSeconds } from './family.ts'
import type { Generator } from './generator/generator.ts'
import { percentile } from './generator/histogram.ts'
import type { Dialect, LoadReport } from './generator/orders.ts'
import { calm, cpuSeconds, loadAverage, machineCpuSeconds } from './machine.ts'
import type { CrowdSize, RunningSubject, Subject } from './subject/subject.ts'

export type Trial = {
  /** Messages a second that were due. */
  rate: number
  report: LoadReport
  deliveriesPerSecond: number
  /** Deliveries that one WebSocket message carried. */
  framesPerSend: number
  p50Ms: number
  p99Ms: number
  /** CPU of the subject's process for one delivery, everything it did meanwhile included. */
  cpuPerDeliveryUs: number
  /** Cores in use. `standIns` are Postgres and Redis; `others` is no part of the bench. */
  cores: { subject: number; generator: number; standIns: number; others: number }
  /** Share of the time in which the generator's thread was busy. */
  generatorBusy: number
  loadAverage: number
}

export type Stage = {
  try(rate: number, seconds: number): Promise<Trial>
  leave(): Promise<void>
}

const calmCores = 0.3
/** How long one subject's trials may wait, in all, for a calm machine. */
const patienceMs = 15_000
/** Longer than any timeout in a subject. */
const lostAfterMs = 8_000

export const wasDisturbed = ({ cores }: Trial) => cores.others > calmCores

/** Starts a subject and fills it with its people. */
export async function enter(
  subject: Subject,
  generator: Generator,
  { sockets, accounts }: CrowdSize,
): Promise<Stage> {
  const running = await subject.start({ sockets, accounts })
  const stage = await fill({ dialect: subject.dialect, running }, generator, sockets)
  return {
    try: stage.try,
    async leave() {
      await stage.leave()
      await running.stop()
    },
  }
}

/** Fills with people what runs, and goes on to run when they have left. */
export async function fill(
  { dialect, running }: { dialect: Dialect; running: RunningSubject },
  generator: Generator,
  sockets: number,
): Promise<Stage> {
  const connect = () => generator.ask('connect', { dialect, doors: running.doors, sockets })
  const disconnect = () => generator.ask('disconnect', {})
  await connect()
  let patience = patienceMs
  return {
    async try(rate, seconds) {
      patience -= await calm(calmCores, patience)
      const trial = await attempt(running, generator, { rate, seconds })
      if (hadToGo(trial.report)) {
        await disconnect()
        await connect()
      }
      return trial
    },
    async leave() {
      await disconnect()
    },
  }
}

const hadToGo = ({ faults }: LoadReport) => Object.keys(faults.closed).length > 0

async function attempt(
  { pid }: RunningSubject,
  generator: Generator,
  { rate, seconds }: { rate: number; seconds: number },
): Promise<Trial> {
  const read = () => ({
    at: performance.now() / 1000,
    subject: cpuSeconds(pid),
    bench: familyCpuSeconds(process.pid),
    machine: machineCpuSeconds(),
  })
  const before = read()
  const report = await generator.ask('load', { rate, seconds, lostAfterMs })
  const after = read()
  const { lost, doubled, disordered } = report.faults
  // What a socket had sent when it was closed may not have been heard.
  if (doubled + disordered > 0 || (lost > 0 && !hadToGo(report)))
    throw new Error(`The subject broke its promise: ${JSON.stringify(report.faults)}`)

  const took = after.at - before.at
  const subject = after.subject - before.subject
  const bench = after.bench - before.bench
  const { cpuSeconds: generated, busy } = report.generator
  const cores = (seconds: number) => Math.max(0, seconds) / took
  return {
    rate,
    report,
    deliveriesPerSecond: report.deliveries / report.seconds,
    framesPerSend: report.deliveries / report.webSocketMessages,
    p50Ms: percentile(report.latency, 0.5),
    p99Ms: percentile(report.latency, 0.99),
    cpuPerDeliveryUs: (subject / report.deliveries) * 1e6,
    cores: {
      subject: cores(subject),
      generator: cores(generated),
      standIns: cores(bench - subject - generated),
      others: cores(after.machine - before.machine - bench),
    },
    generatorBusy: busy,
    loadAverage: loadAverage(),
  }
}
