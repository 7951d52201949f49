import type { Route } from '../route.ts'
import { COS_SDK_ROUTES } from './cos-sdk.ts'
import type { DialectOptions } from './options.ts'
import { tencentSampleRoutes } from './tencent-samples.ts'
import { UPPY_ROUTES } from './uppy.ts'

/** The routes of clients that were not written for this service. They get what the same grants allow. */
export function dialectRoutes({ tencentSamples = 'off' }: DialectOptions = {}): readonly Route[] {
  const samples = tencentSamples === 'off' ? [] : tencentSampleRoutes(tencentSamples)
  return [...UPPY_ROUTES, ...COS_SDK_ROUTES, ...samples]
}
