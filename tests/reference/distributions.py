"""Tails and quantiles at 30 digits, by mpmath 1.3: python3 distributions.py > distributions.json

Nothing is computed as Plumbline does it: the tails are integrals of the textbook densities by mpmath's quadrature in the
logarithm of the variable, the quantiles are roots of these tails. Where mpmath's own betainc and gammainc converge, they
agree (checked below to 24 digits)."""

import json

from mpmath import betainc, exp, findroot, gammainc, inf, log, loggamma, mp, mpf, quad, sqrt

mp.dps = 30
DF = [0.5, 1, 2, 7, 30, 90, 1008, 1e5, 1e7, 1e12]


def density(a, b):
    """The density of u = ln F, F with 2a and 2b degrees of freedom (b infinite: gamma over its shape)."""
    a, b = mpf(a), mpf(b)
    if b == inf:
        constant = a * log(a) - loggamma(a)
        return lambda u: exp(constant + a * u - a * exp(u))
    constant = loggamma(a + b) - loggamma(a) - loggamma(b) + a * log(a) + b * log(b)
    return lambda u: exp(constant + a * u - (a + b) * log(a * exp(u) + b))


def upper(a, b, u):
    """P(ln F > u), for u not far below the mode 0, in pieces over which the density falls by about e^-2."""
    f = density(a, b)
    scale = 1 / sqrt(mpf(a) if b == inf else mpf(a) * b / (mpf(a) + b))
    points = [mpf(u)]
    while f(points[-1]) > mpf(10) ** -27 * f(points[0]) or points[-1] < scale:
        x = points[-1]
        fall = a * (exp(x) - 1) if b == inf else (mpf(a) + b) * a * exp(x) / (a * exp(x) + b) - a
        points.append(x + min(scale, 2 / fall if fall > 0 else scale))
    return quad(f, points)


def tail(a, b, u):
    """The smaller tail is integrated; the other is 1 less it."""
    return upper(a, b, u) if u >= 0 or b == inf and u > -1 else 1 - lower(a, b, u)


def lower(a, b, u):
    if b == inf:
        return 1 - gammainc(a, a * exp(u), inf, regularized=True) if a < 100 else 1 - upper(a, b, u)
    return upper(b, a, -u)


def quantile(a, b, q):
    """The root of tail(u) = q, by Newton's iteration from the normal approximation."""
    a, b, q = mpf(a), mpf(b), mpf(q)
    scale = 1 / sqrt(a * b / (a + b))
    u, f = mpf(0), density(a, b)
    for _ in range(400):
        p = tail(a, b, u)
        step = log(p / q) * p / f(u) if q < 0.5 else -log((1 - p) / (1 - q)) * (1 - p) / f(u)
        step = max(min(step, 4 * scale), -4 * scale)
        u += step
        if abs(step) < mpf(10) ** -22 * max(abs(u), scale):
            return u
    raise ArithmeticError((a, b, q))


def short(x):
    """To 12 digits: every parser of JSON reads such a number exactly, and at 1e12 degrees of freedom one bit matters."""
    return float(f"{x:.12g}")


def number(x):
    return float(mp.nstr(x, 20))


def main():
    for a, b, f in [(0.5, 3.5, 4.0), (2.0, 15.0, 0.3), (45.0, 6.0, 1.2)]:
        own = betainc(b, a, 0, b / (mpf(a) * f + b), regularized=True)
        assert abs(tail(a, b, log(mpf(f))) / own - 1) < mpf(10) ** -24
    out = {"t": [], "f": [], "f_quantile": [], "chi_square": [], "beta_quantile": []}
    for df in DF:
        for t in [0.01, 1.0, 1.5, 1.96, 3.0, 8.0]:
            out["t"].append([t, df, number(tail(0.5, mpf(df) / 2, 2 * log(mpf(t))))])
        for z in [-2.5, 0.5, 2.0, 6.0]:
            x = short(max(df + z * (2 * df) ** 0.5, df / 4))
            out["chi_square"].append([x, df, number(tail(mpf(df) / 2, inf, log(mpf(x) / mpf(df))))])
    for d1 in [0.5, 1, 30, 1e5, 1e12]:
        for d2 in [0.5, 2, 14, 1008, 1e12]:
            for z in [-1.5, 0.3, 5.0]:
                f = short(float(mp.e ** (z * (2 / mpf(d1) + 2 / mpf(d2)) ** 0.5)))
                p = number(tail(mpf(d1) / 2, mpf(d2) / 2, log(mpf(f))))
                out["f"] += [[f, d1, d2, p]] if p > 1e-100 else []
            for q in [0.975, 0.05, 1e-6]:
                out["f_quantile"].append([q, d1, d2, number(exp(quantile(mpf(d1) / 2, mpf(d2) / 2, q)))])
    for a, b in [(0.25, 3), (0.5, 0.5), (1, 40), (45, 6), (317.5, 1.25), (5e3, 80), (9e5, 1e5), (2.5e11, 1e9), (1, 1e12)]:
        for p in [0.005, 0.025, 0.5, 0.975]:
            u = quantile(a, b, 1 - mpf(p))
            out["beta_quantile"].append([p, a, b, number(1 / (1 + mpf(b) / a * exp(-u)))])
    lines = [f' "{name}": [\n' + ",\n".join(f"  {json.dumps(row)}" for row in rows) + "\n ]" for name, rows in out.items()]
    print("{\n" + ",\n".join(lines) + "\n}")


main()
