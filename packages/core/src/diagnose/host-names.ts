/** The bucket that a host begins with: `BucketName-APPID`. */
export function bucketOf(host: string | undefined): string | undefined {
  return /^([a-z\d][a-z\d-]*-\d+)\./i.exec(host ?? '')?.[1]
}

/** Whether a host is one of COS's own (documentation 436/6224). */
export function isCosHost(host: string): boolean {
  return /\.(?:cos|cos-internal|cos-website|ci|pic)\.[a-z\d-]+\.(?:myqcloud\.com|tencentcos\.cn)(?::\d+)?$/i.test(
    host,
  )
}

/** Whether a host is that of the CDN (documentation 436/37880). */
export function isCdnHost(host: string): boolean {
  return /\.file\.myqcloud\.com(?::\d+)?$/i.test(host)
}
