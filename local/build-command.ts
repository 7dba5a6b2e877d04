// Finds the error message of the build command of wrangler.toml, so that a failure prints that message
// and not the 150 lines that wrangler prints about it.

const wranglerReport = /Process exited with non-zero status|Running custom build/

/** Whether wrangler prints this text about its build command. */
export const isBuildReport = (text: unknown): boolean => wranglerReport.test(String(text))

interface Ended {
  output?: { stderr?: string }
  cause?: unknown
}

/** The message of the error that ended the build command; undefined: something else failed. */
export function faultOfBuildCommand(thrown: unknown): string | undefined {
  const { output, cause } = (thrown ?? {}) as Ended
  if (cause) return faultOfBuildCommand(cause)
  const stderr = output?.stderr?.trim()
  if (!stderr) return undefined
  const [, message = stderr] = /^\w*Error: (.*?)\n +at /ms.exec(stderr) ?? []
  return `The assets for browsers cannot be built: ${message}`
}
