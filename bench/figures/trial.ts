// Puts one load on one subject, and measures what it costs.

import { cpuSeconds, machineCpuSeconds, processTreeCpuSeconds } from '../harness/machine.ts'
import type { LoadReport } from '../load-generator/commands.ts'
import { percentile } from '../load-generator/histogram.ts'
import { connectAll, startLoadGenerator } from '../load-generator/start.ts'
import type { Subject } from '../peers/subject.ts'

export type Trial = {
  /** Messages a second that were due. */
  rate: number
  report: LoadReport
  deliveriesPerSecond: number
  framesPerSend: number
  p50Ms: number
  p99Ms: number
  /** Of the subject's process, with all that it did meanwhile. */
  cpuPerDeliveryUs: number
  /** Cores in use. `stores` are Postgres and Redis; `others` are not the bench's. */
  cores: { subject: number; generator: number; stores: number; others: number }
}

export type Stage = {
  attempt(rate: number, seconds: number): Promise<Trial>
  close(): Promise<void>
}

export const disturbedCores = 0.3
/** Longer than any timeout in a subject. */
const lostAfterMs = 8_000
const concurrency = 25

export const wasDisturbed = ({ cores }: Trial) => cores.others > disturbedCores

/** Starts a subject, and a load generator whose users connect to it. */
export async function openStage(
  subject: Subject,
  { sockets, accounts }: { sockets: number; accounts: number },
): Promise<Stage> {
  const { dialect } = subject
  const { endpoints, pid, stop } = await subject.start(accounts)
  const generator = startLoadGenerator()
  const connect = async () => {
    await connectAll(generator, { dialect, endpoints, sockets, concurrency })
    await generator.call('awaitQuiet')
  }
  const load = async (rate: number, seconds: number) => {
    await generator.call('startLoad', { rate })
    return generator.call('finishLoad', { messages: Math.round(rate * seconds), lostAfterMs })
  }
  await connect()
  return {
    async attempt(rate, seconds) {
      const trial = await measure(pid, rate, () => load(rate, seconds))
      if (wasClosed(trial.report)) {
        await generator.call('disconnect')
        await connect()
      }
      return trial
    },
    async close() {
      generator.stop()
      await stop()
    },
  }
}

const wasClosed = ({ faults }: LoadReport) => Object.keys(faults.closed).length > 0

async function measure(pid: number, rate: number, load: () => Promise<LoadReport>): Promise<Trial> {
  const read = () => ({
    at: performance.now() / 1000,
    subject: cpuSeconds(pid),
    bench: processTreeCpuSeconds(process.pid),
    machine: machineCpuSeconds(),
  })
  const before = read()
  const report = await load()
  const after = read()
  const { lost, doubled, disordered } = report.faults
  // A closed socket may not have delivered what it was sent before.
  if (doubled + disordered > 0 || (lost > 0 && !wasClosed(report)))
    throw new Error(`The subject broke its promise: ${JSON.stringify(report.faults)}`)

  const subject = after.subject - before.subject
  const bench = after.bench - before.bench
  const generator = report.generator.cpuSeconds
  const cores = (seconds: number) => Math.max(0, seconds) / (after.at - before.at)
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
      generator: cores(generator),
      stores: cores(bench - subject - generator),
      others: cores(after.machine - before.machine - bench),
    },
  }
}
