// The environments that one code base serves. Each has stores, secrets and tokens of its own.

export const environments = ['local', 'staging', 'production'] as const

export type Environment = (typeof environments)[number]
