// What of ECharts is bundled into the package (scripts/build.mjs): the parts that src/report/ draws with.
import { BarChart, HeatmapChart, LineChart, ParallelChart, ScatterChart } from 'echarts/charts';
import {
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  ParallelComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
} from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, HeatmapChart, LineChart, ParallelChart, ScatterChart, SVGRenderer]);
use([GridComponent, LegendComponent, MarkLineComponent, TitleComponent, TooltipComponent]);
use([ParallelComponent, VisualMapContinuousComponent]);

export { init };
