import { MetricChartElement } from "./metric-chart.ts";

customElements.define("metric-chart", MetricChartElement);

declare global {
  interface HTMLElementTagNameMap {
    "metric-chart": MetricChartElement;
  }
}
