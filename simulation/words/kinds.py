"""The kinds of goods and services, and the words their titles are built from.

A kind's title is feature + style + noun in Chinese and style + feature + noun in English, so a kind with six
features and six styles can name 36 products. Prices are medians in yuan.
"""
# ruff: noqa: E501
# fmt: off

from dataclasses import dataclass

Pair = tuple[str, str]


@dataclass(frozen=True)
class Kind:
    """One sort of thing: where it hangs in the tree, what it looks like, how it is named and sold."""

    category: str
    motif: str
    noun: Pair
    features: tuple[Pair, ...]
    styles: tuple[Pair, ...]
    price: int
    axes: tuple[str, ...]
    colours: str


def _pairs(text: str) -> tuple[Pair, ...]:
    return tuple(tuple(item.strip().split("=")) for item in text.split(";"))


def _kind(category, motif, noun, features, styles, price, axes, colours) -> Kind:
    return Kind(category, motif, _pairs(noun)[0], _pairs(features), _pairs(styles), price, tuple(axes.split()), colours)


FASHION = (
    _kind("dresses", "dress", "连衣裙=dress", "亚麻=linen; 醋酸缎面=acetate satin; 雪纺=chiffon; 棉质提花=cotton jacquard; 天丝=lyocell; 针织=knitted", "收腰=waisted; 方领=square-neck; 法式泡泡袖=French puff-sleeve; 复古碎花=vintage floral; 一片式=wrap; V领长款=V-neck maxi; 吊带=strappy", 289, "colour apparel", "cloth"),
    _kind("dresses", "skirt", "半身裙=skirt", "羊毛呢=wool; 牛仔=denim; 缎面=satin; 灯芯绒=corduroy; 纱质=tulle; 棉麻=cotton-linen", "高腰A字=high-waisted A-line; 百褶=pleated; 开衩直筒=straight slit; 鱼尾=mermaid; 中长伞摆=midi flared; 不规则=asymmetric", 199, "colour apparel", "cloth"),
    _kind("tops", "shirt", "衬衫=shirt", "府绸=poplin; 真丝=silk; 水洗棉=washed cotton; 亚麻=linen; 牛津纺=Oxford-cloth; 铜氨丝=cupro", "宽松=loose; 小立领=stand-collar; 短袖古巴领=short-sleeved Cuban-collar; 细条纹=pinstriped; 免烫通勤=non-iron office; 短款=cropped", 169, "colour apparel", "cloth"),
    _kind("knitwear", "knit", "针织开衫=cardigan", "羊毛混纺=wool-blend; 美利奴羊毛=merino; 马海毛=mohair; 棉线=cotton; 羊绒=cashmere; 驼绒=camel-hair", "落肩=drop-shoulder; V领=V-neck; 绞花=cable-knit; 短款修身=cropped slim-fit; 宽松慵懒=slouchy; 镂空=openwork; 撞色包边=contrast-trim", 329, "colour apparel", "cloth"),
    _kind("trousers", "trousers", "长裤=trousers", "垂感西装=drapey suit; 牛仔=denim; 亚麻=linen; 灯芯绒=corduroy; 冰丝=cool-touch; 羊毛=wool", "高腰阔腿=high-waisted wide-leg; 直筒=straight; 烟管=cigarette; 微喇=slightly flared; 松紧束脚=elasticated cuffed; 九分=ankle-length", 219, "colour apparel", "cloth"),
    _kind("outerwear", "coat", "大衣=coat", "双面羊毛=double-faced wool; 羊驼绒=alpaca; 棉质华达呢=cotton gabardine; 羊绒混纺=cashmere-blend; 防泼水=water-repellent; 轻鹅绒=light goose-down", "系带浴袍=belted robe; 双排扣=double-breasted; 长款直筒=long straight; 茧形=cocoon; 短款牛角扣=short duffle; 插肩袖=raglan", 799, "colour apparel", "cloth"),
    _kind("shoes", "sneaker", "休闲鞋=trainers", "头层牛皮=full-grain leather; 网面=mesh; 帆布=canvas; 反绒皮=suede; 飞织=knitted; 再生面料=recycled-fabric", "厚底=platform; 德训=German-army; 复古慢跑=retro jogger; 低帮=low-top; 一脚蹬=slip-on; 软底=soft-sole", 339, "colour shoe", "bright"),
    _kind("shoes", "heel", "高跟鞋=heels", "漆皮=patent; 羊皮=sheepskin; 缎面=satin; 绒面=velvet; 编织=woven; 麂皮=suede", "尖头细跟=pointed stiletto; 方头粗跟=square-toe block; 后空猫跟=slingback kitten; 一字带=ankle-strap; 玛丽珍=Mary Jane; 法式浅口=French low-cut", 399, "colour shoe", "cloth"),
    _kind("bags", "handbag", "手提包=handbag", "荔枝纹牛皮=pebbled-leather; 鳄鱼压纹=croc-embossed; 环保皮=vegan-leather; 油蜡皮=waxed-leather; 麂皮=suede; 牛皮拼帆布=leather-and-canvas", "小号邮差=small messenger; 锁扣=turn-lock; 翻盖=flap; 枕头=pillow; 通勤大容量=roomy office; 半月=half-moon", 459, "colour", "cloth"),
    _kind("bags", "tote", "托特包=tote bag", "帆布=canvas; 灯芯绒=corduroy; 毛毡=felt; 再生尼龙=recycled-nylon; 棉麻=cotton-linen; 编织=woven", "可折叠=foldable; 大号=large; 竖款=upright; 手绘=hand-painted; 带拉链=zipped; 双面=reversible", 129, "colour", "bright"),
    _kind("jewellery", "necklace", "项链=necklace", "淡水珍珠=freshwater-pearl; 925银=925-silver; 锆石=zirconia; 月光石=moonstone; 绿松石=turquoise; 包金=gold-filled", "水滴=teardrop; 叠戴=layered; 锁骨=collarbone; 复古方糖=vintage sugar-cube; 星月=star-and-moon; 极简=minimalist", 239, "ring", "perfume"),
    _kind("jewellery", "earrings", "耳环=earrings", "珐琅=enamel; 银针=silver-post; 巴洛克珍珠=baroque-pearl; 玛瑙=agate; 树脂=resin; 黄铜=brass", "大圈=hoop; 流苏=tassel; 叶形=leaf; 几何=geometric; 不对称=asymmetric; 耳夹式=clip-on", 89, "colour", "metal"),
    _kind("hats-scarves", "hat", "帽=hat", "拉菲草=raffia; 羊毛毡=wool-felt; 棉质=cotton; 防晒冰感=cooling sun-proof; 粗花呢=tweed; 灯芯绒=corduroy", "宽檐=wide-brimmed; 渔夫=bucket; 可折叠遮阳=foldable sun; 钟形=cloche; 平顶=boater; 系带=ribbon-tie", 99, "colour", "cloth"),
    _kind("hats-scarves", "scarf", "围巾=scarf", "羊绒=cashmere; 桑蚕丝=mulberry-silk; 羊毛=wool; 莫代尔=modal; 马海毛=mohair; 亚麻=linen", "格纹=checked; 流苏=fringed; 双色=two-tone; 长款=long; 印花=printed; 刺绣=embroidered", 169, "colour", "cloth"),
    _kind("eyewear-watches", "glasses", "太阳镜=sunglasses", "板材=acetate; 钛架=titanium; 偏光=polarised; 尼龙镜片=nylon-lens; 金属=metal; 轻量=lightweight", "圆框=round; 猫眼=cat-eye; 方框大脸=large square; 飞行员=aviator; 折叠=folding; 复古椭圆=vintage oval", 259, "colour", "tech"),
    _kind("eyewear-watches", "watch", "腕表=watch", "真皮表带=leather-strap; 钢带=steel-bracelet; 米兰尼斯=Milanese-mesh; 机械=mechanical; 光能=solar; 石英=quartz", "小表盘=small-dial; 复古=vintage; 极简=minimalist; 月相=moon-phase; 防水=waterproof; 商务=business", 599, "colour", "metal"),
)

BEAUTY = (
    _kind("skincare", "serum", "精华=serum", "烟酰胺=niacinamide; 玻尿酸=hyaluronic; 维C=vitamin C; 积雪草=centella; 多肽=peptide; 胶原=collagen", "提亮=brightening; 修护=repairing; 保湿=hydrating; 紧致=firming; 舒缓=soothing; 控油=oil-control", 198, "volume", "botanic"),
    _kind("skincare", "jar", "面霜=face cream", "神经酰胺=ceramide; 角鲨烷=squalane; 燕麦=oat; 山茶花=camellia; 牛油果=avocado; 雪绒花=edelweiss", "晚安修护=overnight repair; 清爽=light; 高保湿=rich moisture; 抗皱=anti-wrinkle; 屏障养护=barrier; 敏感肌=sensitive-skin", 168, "volume", "botanic"),
    _kind("makeup", "lipstick", "口红=lipstick", "丝绒=velvet; 镜面=glossy; 水润=moist; 雾面=matte; 慕斯=mousse; 果冻=jelly", "持久=long-lasting; 显白=brightening; 细管=slim; 不沾杯=transfer-proof; 滋养=nourishing; 日常=everyday", 89, "colour", "lips"),
    _kind("makeup", "palette", "眼影盘=eyeshadow palette", "哑光=matte; 珠光=pearl; 细闪=fine-glitter; 奶油=cream; 烘焙=baked; 偏光=duochrome", "四色=four-shade; 九色=nine-shade; 大地色=earth-tone; 晚霞=sunset; 旅行装=travel-size; 新手友好=beginner's", 129, "", "perfume"),
    _kind("fragrance", "perfume", "香水=perfume", "白茶=white tea; 橙花=orange blossom; 雪松=cedar; 无花果=fig; 桂花=osmanthus; 海盐=sea salt", "清晨=Morning; 雨后=After-rain; 午夜=Midnight; 果园=Orchard; 图书馆=Library; 海岸=Coastline", 368, "volume", "perfume"),
    _kind("fragrance", "candle", "香薰蜡烛=scented candle", "檀木=sandalwood; 薰衣草=lavender; 柑橘=citrus; 香草=vanilla; 玫瑰=rose; 乌龙=oolong", "大豆蜡=soy-wax; 陶杯=clay-cup; 双芯=two-wick; 安眠=sleepy-time; 节日=festive; 木芯=wood-wick", 118, "", "botanic"),
    _kind("hair-care", "pump", "洗发水=shampoo", "生姜=ginger; 氨基酸=amino-acid; 茶树=tea-tree; 椰油=coconut-oil; 迷迭香=rosemary; 米糠=rice-bran", "蓬松=volumising; 去屑=anti-dandruff; 柔顺=smoothing; 防断=anti-breakage; 护色=colour-care; 头皮舒缓=scalp-soothing", 69, "bottle", "botanic"),
    _kind("hair-care", "hairdryer", "电吹风=hairdryer", "负离子=ionic; 高速=high-speed; 折叠=foldable; 轻量=lightweight; 恒温=constant-heat; 静音=quiet", "家用=home; 旅行=travel; 护发=hair-caring; 大风力=powerful; 沙龙级=salon-grade; 磁吸风嘴=magnetic-nozzle", 299, "colour", "tech"),
    _kind("body-care", "tube", "护手霜=hand cream", "乳木果=shea; 杏仁=almond; 樱花=cherry-blossom; 蜂蜜=honey; 芦荟=aloe; 无花果=fig", "滋润=rich; 清爽不黏=non-sticky; 夜间=overnight; 便携=pocket; 香氛=scented; 修护=repairing", 45, "", "perfume"),
    _kind("body-care", "soap", "手工皂=handmade soap", "橄榄油=olive-oil; 羊奶=goat-milk; 竹炭=charcoal; 艾草=mugwort; 金盏花=calendula; 海泥=sea-clay", "洁面=facial; 沐浴=bath; 温和=gentle; 去角质=exfoliating; 留香=long-scented; 礼盒=gift-box", 39, "", "botanic"),
)

HOME = (
    _kind("lighting", "lamp", "台灯=table lamp", "实木=solid-wood; 和纸=washi-paper; 陶瓷=ceramic; 黄铜=brass; 亚麻灯罩=linen-shade; 玻璃=glass", "北欧=Nordic; 护眼=eye-friendly; 三档调光=three-step dimming; 床头=bedside; 复古=vintage; 侘寂风=wabi-sabi", 239, "colour", "wood"),
    _kind("lighting", "pendant", "吊灯=pendant lamp", "竹编=bamboo; 金属=metal; 奶油玻璃=milk-glass; 石膏=plaster; 藤编=rattan; 羊皮纸=parchment", "餐厅=dining-room; 飞碟=saucer; 钟形=bell; 极简=minimalist; 中古=mid-century; 可升降=height-adjustable", 429, "colour", "glass"),
    _kind("furniture", "chair", "餐椅=dining chair", "白蜡木=ash-wood; 藤编=rattan; 绒面=velvet; 科技布=tech-fabric; 弯曲木=bentwood; 羊羔绒=bouclé", "高背=high-back; 扶手=armrest; 蝴蝶=butterfly; 中古=mid-century; 可叠放=stackable; 软包=upholstered", 369, "colour", "wood"),
    _kind("furniture", "sofa", "沙发=sofa", "棉麻=cotton-linen; 灯芯绒=corduroy; 猫抓布=cat-proof; 头层牛皮=full-grain leather; 雪尼尔=chenille; 羊羔绒=bouclé", "云朵=cloud; 豆腐块=tofu-block; 双人=two-seater; 三人直排=three-seater; 可拆洗=washable-cover; 小户型=small-flat", 2399, "colour", "cloth"),
    _kind("furniture", "table", "桌=table", "橡木=oak; 岩板=sintered-stone; 胡桃木=walnut; 竹制=bamboo; 樱桃木=cherry-wood; 松木=pine", "餐=dining; 写字=writing; 窗边=window-side; 可伸缩=extendable; 折叠=folding; 圆角=round-cornered", 1299, "width", "leaf"),
    _kind("bedding", "bed", "四件套=bedding set", "水洗棉=washed-cotton; 长绒棉=long-staple-cotton; 天丝=lyocell; 亚麻=linen; 磨毛=brushed-cotton; 双层纱=double-gauze", "纯色=plain; 格纹=checked; 刺绣=embroidered; 条纹=striped; 碎花=floral; 撞色=two-tone", 399, "colour bedsize", "cloth"),
    _kind("bedding", "pillow", "抱枕=cushion", "雪尼尔=chenille; 羊毛=wool; 亚麻=linen; 绒面=velvet; 提花=jacquard; 麂皮绒=suede-look", "流苏=tasselled; 方形=square; 腰靠=lumbar; 簇绒=tufted; 刺绣=embroidered; 捏褶=pleated", 69, "colour", "cloth"),
    _kind("bedding", "towels", "毛巾=towels", "新疆长绒棉=long-staple cotton; 竹纤维=bamboo-fibre; 华夫格=waffle; 无捻纱=zero-twist; 有机棉=organic-cotton; 纱布=gauze", "吸水速干=quick-dry; 加厚=thick; 酒店款=hotel; 柔软=extra-soft; 条纹=striped; 礼盒=gift-box", 59, "pieces", "botanic"),
    _kind("tableware", "cup", "马克杯=mug", "粗陶=stoneware; 骨瓷=bone-china; 釉下彩=underglaze; 珐琅=enamel; 手捏陶=hand-pinched; 窑变釉=kiln-glaze", "大容量=large; 带盖=lidded; 海浪纹=wave-pattern; 复古=vintage; 情侣=couple's; 手绘=hand-painted", 59, "colour", "glass"),
    _kind("tableware", "plates", "餐具套装=tableware set", "日式陶瓷=Japanese ceramic; 骨瓷=bone-china; 哑光釉=matte-glaze; 粗陶=stoneware; 相思木=acacia-wood; 琉璃=glass", "家用=family; 金边=gold-rimmed; 简约=simple; 青花=blue-and-white; 节日=festive; 一人食=single-diner", 188, "pieces", "botanic"),
    _kind("plants-flowers", "plant", "绿植=houseplant", "龟背竹=monstera; 琴叶榕=fiddle-leaf-fig; 虎尾兰=snake-plant; 发财树=money-tree; 散尾葵=areca-palm; 橡皮树=rubber-plant", "客厅=living-room; 耐阴=shade-loving; 净化空气=air-purifying; 桌面=desktop; 新手易养=easy-care; 水培=hydroponic", 79, "pot", "leaf"),
    _kind("plants-flowers", "bouquet", "花束=bouquet", "芍药=peony; 郁金香=tulip; 洋桔梗=lisianthus; 向日葵=sunflower; 绣球=hydrangea; 玫瑰=rose", "生日=birthday; 周末=weekend; 法式=French-style; 迷你=mini; 求婚=proposal; 日常=everyday", 139, "", "flower"),
    _kind("decor", "vase", "花瓶=vase", "手工琉璃=handmade-glass; 素烧陶=bisque; 青瓷=celadon; 水泥=concrete; 冰裂釉=crackle-glaze; 黄铜=brass", "细口=narrow-neck; 圆肚=round-bellied; 侘寂=wabi-sabi; 落地=floor; 不规则=irregular; 壁挂=wall", 109, "colour", "glass"),
    _kind("decor", "basket", "收纳篮=storage basket", "藤编=rattan; 海草=seagrass; 棉绳=cotton-rope; 竹编=bamboo; 毛毡=felt; 纸绳=paper-cord", "带盖=lidded; 手提=handled; 大号=large; 分格=divided; 脏衣=laundry; 玩具=toy", 79, "colour", "wood"),
    _kind("decor", "mirror", "镜子=mirror", "实木框=wood-framed; 铝合金=aluminium; 藤编=rattan; 无框=frameless; 黄铜=brass; 奶油漆=cream-lacquer", "拱形=arched; 落地=full-length; 梳妆=dressing; 波浪=wavy; 圆形=round; 壁挂=wall", 259, "colour", "wood"),
)

FOOD = (
    _kind("tea-coffee", "tin", "茶=tea", "茉莉=jasmine; 白毫银针=silver-needle; 凤凰单丛=Phoenix oolong; 正山小种=smoky black; 龙井=Longjing green; 桂花乌龙=osmanthus oolong", "明前=early-spring; 手工=hand-made; 冷泡=cold-brew; 高山=high-mountain; 礼盒=gift-box; 口粮=everyday", 98, "weight", "leaf"),
    _kind("tea-coffee", "coffee", "咖啡豆=coffee beans", "云南小粒=Yunnan arabica; 埃塞俄比亚=Ethiopian; 哥伦比亚=Colombian; 曼特宁=Mandheling; 危地马拉=Guatemalan; 肯尼亚=Kenyan", "浅烘花香=light-roast floral; 中烘坚果=medium-roast nutty; 深烘可可=dark-roast cocoa; 日晒=natural-process; 水洗=washed; 低因=decaf", 78, "weight", "leaf"),
    _kind("ready-meals", "noodles", "面=noodles", "红烧牛肉=braised-beef; 葱油=scallion-oil; 番茄=tomato; 酸辣=hot-and-sour; 豚骨=pork-bone; 麻酱=sesame", "手工刀削=hand-cut; 非油炸=non-fried; 荞麦=buckwheat; 细圆=thin round; 宽条=wide; 半干=semi-dried", 36, "portions", "broth"),
    _kind("ready-meals", "dumplings", "水饺=dumplings", "荠菜鲜肉=shepherd's-purse-and-pork; 虾仁玉米=prawn-and-corn; 韭菜鸡蛋=chive-and-egg; 白菜猪肉=cabbage-and-pork; 羊肉胡萝卜=lamb-and-carrot; 菌菇=mushroom", "手工=hand-made; 薄皮=thin-skinned; 一口=bite-size; 家庭装=family-pack; 儿童=children's; 家乡味=home-style", 42, "portions", "broth"),
    _kind("bakery", "cake", "蛋糕=cake", "草莓=strawberry; 抹茶=matcha; 芋泥=taro; 黑森林=Black Forest; 开心果=pistachio; 桂花=osmanthus", "低糖=low-sugar; 生日=birthday; 动物奶油=fresh-cream; 慕斯=mousse; 千层=crêpe-layer; 冰淇淋=ice-cream", 168, "cake", "pastry"),
    _kind("bakery", "bread", "吐司=loaf", "全麦=wholemeal; 黑麦=rye; 红豆=red-bean; 核桃=walnut; 蔓越莓=cranberry; 海盐=sea-salt", "无糖=sugar-free; 日式生=Japanese milk; 老面=sourdough; 厚切=thick-cut; 手撕=pull-apart; 早餐=breakfast", 29, "portions", "pastry"),
    _kind("bakery", "cookies", "曲奇=cookies", "黑巧=dark-chocolate; 黄油=butter; 海盐焦糖=salted-caramel; 伯爵茶=Earl Grey; 燕麦=oat; 椰丝=coconut", "手工=hand-made; 爆浆=molten; 低糖=low-sugar; 铁盒=tin-box; 迷你=mini; 软心=soft-centre", 49, "weight", "pastry"),
    _kind("fresh-fruit", "fruit", "鲜果箱=box", "赣南脐橙=Gannan navel orange; 阳山水蜜桃=Yangshan peach; 库尔勒香梨=Korla pear; 烟台苹果=Yantai apple; 武鸣沃柑=Wuming mandarin; 攀枝花芒果=Panzhihua mango", "产地直发=farm-direct; 精选大果=selected large; 家庭装=family-pack; 礼盒=gift-box; 当季=in-season; 绿色种植=green-grown", 59, "crate", "peel"),
    _kind("fresh-fruit", "berries", "鲜果盒=punnet", "丹东草莓=Dandong strawberry; 红颜草莓=Benihoppe strawberry; 奶油草莓=cream strawberry; 树莓=raspberry; 桑葚=mulberry", "现摘=freshly picked; 冷链=chilled; 礼盒=gift-box; 大颗=large; 尝鲜=taster", 58, "punnet", "berry"),
    _kind("snacks", "pouch", "坚果=nuts", "巴旦木=almond; 碧根果=pecan; 夏威夷果=macadamia; 腰果=cashew; 核桃仁=walnut; 混合=mixed", "每日=daily; 原味=plain; 蜂蜜=honey-roasted; 海盐=sea-salt; 烘烤=baked; 奶香=creamy", 49, "weight", "leaf"),
    _kind("snacks", "honey", "蜂蜜=honey", "洋槐=acacia; 枣花=jujube; 椴树=linden; 荔枝=lychee; 百花=wildflower; 党参=codonopsis", "成熟=ripened; 原蜜=raw; 结晶=set; 山野=mountain; 礼盒=gift-box; 巢蜜=comb", 69, "weight", "peel"),
    _kind("snacks", "bottle", "饮品=drink", "杨梅=bayberry; 酸梅=sour-plum; 气泡茶=sparkling-tea; 康普茶=kombucha; 柚子=yuzu; 接骨木花=elderflower", "零糖=sugar-free; 冷萃=cold-pressed; 古法=traditional; 轻发酵=lightly fermented; 低卡=low-calorie; 桂花=osmanthus", 25, "drink", "peel"),
)

DIGITAL = (
    _kind("phones", "phone", "手机=smartphone", "影像旗舰=camera-flagship; 长续航=long-battery; 轻薄=slim; 直屏=flat-screen; 折叠屏=folding; 护眼屏=eye-care", "学生=student's; 商务=business; 游戏=gaming; 双卡=dual-SIM; 大屏=large-screen; 快充=fast-charging", 2799, "colour storage", "tech"),
    _kind("phones", "phonecase", "手机壳=phone case", "液态硅胶=liquid-silicone; 磁吸=magnetic; 透明=clear; 素皮=leather-look; 防摔=shockproof; 磨砂=frosted", "爱心=heart; 极简=minimalist; 支架=stand; 挂绳=lanyard; 四角气囊=air-corner; 超薄=ultra-thin", 49, "colour model", "bright"),
    _kind("phones", "powerbank", "充电宝=power bank", "氮化镓=GaN; 磁吸=magnetic; 自带线=built-in-cable; 数显=display; 铝壳=aluminium; 迷你=mini", "快充=fast-charging; 可上飞机=flight-safe; 户外=outdoor; 轻薄=slim; 多口=multi-port; 无线=wireless", 129, "colour capacity", "tech"),
    _kind("audio", "headphones", "头戴耳机=headphones", "主动降噪=noise-cancelling; 无线=wireless; 开放式=open-back; 高解析=hi-res; 空间音频=spatial-audio; 监听=monitoring", "轻量=lightweight; 长续航=long-battery; 折叠=foldable; 通勤=commuter; 游戏=gaming; 亲肤=soft-cushion", 499, "colour", "tech"),
    _kind("audio", "earbuds", "蓝牙耳机=Bluetooth earbuds", "降噪=noise-cancelling; 半入耳=semi-in-ear; 骨传导=bone-conduction; 运动=sports; 超低延迟=low-latency; 环绕音=surround", "迷你=mini; 防水=waterproof; 长续航=long-battery; 清晰通话=clear-call; 触控=touch; 睡眠=sleep", 229, "colour", "bright"),
    _kind("audio", "speaker", "音箱=speaker", "蓝牙=Bluetooth; 木质=wooden; 桌面=desktop; 无线多房间=multi-room; 低音炮=subwoofer; 复古=retro", "便携=portable; 家庭影院=home-cinema; 户外防水=outdoor waterproof; 立体声=stereo; 氛围灯=ambient-light; 语音=voice-control", 329, "colour", "wood"),
    _kind("computers", "laptop", "笔记本电脑=laptop", "轻薄=slim; 高刷屏=high-refresh; 触控=touchscreen; 全金属=all-metal; 独显=discrete-graphics; 长续航=long-battery", "办公=office; 创作=creator; 学生=student's; 游戏=gaming; 二合一=two-in-one; 商务=business", 4999, "colour memory", "tech"),
    _kind("computers", "keyboard", "键盘=keyboard", "机械=mechanical; 静音=silent; 无线三模=tri-mode wireless; 铝坨坨=aluminium; 热插拔=hot-swap; 矮轴=low-profile", "87键=87-key; 奶油配色=cream; 办公=office; 客制化=custom; 游戏=gaming; 便携=portable", 299, "colour", "bright"),
    _kind("cameras", "camera", "相机=camera", "微单=mirrorless; 全画幅=full-frame; 复古旁轴=retro rangefinder; 4K视频=4K-video; 数码=digital; 防抖=stabilised", "入门=beginner's; 旅行=travel; 便携=compact; 街拍=street; 创作者=creator; 专业=professional", 3599, "kit", "leaf"),
    _kind("wearables", "smartwatch", "智能手表=smartwatch", "双频定位=dual-band-GPS; 圆角方屏=rounded-square; 血氧监测=blood-oxygen; 蓝牙通话=calling; 钛合金=titanium; 长续航=long-battery", "运动=sports; 商务=business; 女士=women's; 户外=outdoor; 儿童=children's; 游泳=swim-proof", 799, "colour", "bright"),
    _kind("small-appliances", "kettle", "电热水壶=electric kettle", "不锈钢=stainless-steel; 玻璃=glass; 细嘴手冲=gooseneck; 控温=temperature-control; 搪瓷=enamel; 双层防烫=double-wall", "家用=home; 静音=quiet; 旅行=travel; 复古=retro; 快煮=fast-boil; 恒温=keep-warm", 179, "colour", "glass"),
    _kind("small-appliances", "airfryer", "空气炸锅=air fryer", "可视=see-through; 蒸烤=steam; 双篮=dual-basket; 免翻面=no-flip; 触控=touch; 不粘陶瓷=ceramic-coated", "大容量=large; 小户型=small-kitchen; 低脂=low-fat; 智能=smart; 家庭=family; 单人=single-person", 299, "colour", "wood"),
    _kind("small-appliances", "vacuum", "吸尘器=vacuum cleaner", "无线=cordless; 除螨=anti-mite; 大吸力=strong-suction; 洗地=wet-and-dry; 轻量=lightweight; 自清洁=self-cleaning", "手持=handheld; 宠物家庭=pet-home; 静音=quiet; 立式=upright; 车用=car; 床褥=mattress", 799, "colour", "bright"),
)

BABY = (
    _kind("feeding", "babybottle", "奶瓶=baby bottle", "PPSU=PPSU; 玻璃=glass; 硅胶=silicone; 防胀气=anti-colic; 宽口径=wide-neck; 感温=heat-sensing", "新生儿=newborn; 吸管=straw; 双柄=two-handle; 仿母乳=breast-like; 断奶=weaning; 夜奶=night-feed", 79, "colour", "baby"),
    _kind("feeding", "plates", "辅食碗套装=weaning bowl set", "硅胶=silicone; 竹纤维=bamboo-fibre; 不锈钢=stainless-steel; 玉米淀粉=corn-starch; 陶瓷=ceramic; 麦秸=wheat-straw", "吸盘=suction; 分格=divided; 小熊=bear; 防摔=drop-proof; 注水保温=keep-warm; 外出=travel", 69, "pieces", "perfume"),
    _kind("baby-clothing", "onesie", "连体衣=romper", "有机棉=organic-cotton; 竹纤维=bamboo-fibre; 双层纱=double-gauze; 莱赛尔=lyocell; 夹棉=padded; 华夫格=waffle", "无骨缝=seamless; 小熊=bear; 长袖=long-sleeved; 短袖=short-sleeved; 包脚=footed; 斜襟=side-snap", 89, "colour height", "baby"),
    _kind("toys", "bear", "毛绒玩偶=soft toy", "短绒=short-plush; 有机棉=organic-cotton; 羊羔绒=bouclé; 可水洗=washable; 手工=handmade; 豆豆绒=minky", "安抚=comfort; 会唱歌=singing; 大号=large; 口袋=pocket; 陪睡=bedtime; 领结=bow-tie", 89, "colour", "cloth"),
    _kind("toys", "blocks", "积木=building blocks", "榉木=beech; 磁力=magnetic; 软胶=soft; 水性漆=water-based-paint; 椴木=basswood; 大颗粒=large-piece", "城堡=castle; 启蒙=early-learning; 彩虹=rainbow; 动物=animal; 几何=geometry; 收纳桶=tub", 119, "pieces", "flower"),
    _kind("toys", "train", "小火车=toy train", "木质=wooden; 电动=electric; 磁吸=magnetic; 合金=die-cast; 可编程=codable; 惯性=friction", "轨道=track; 拖拉=pull-along; 森林=forest; 字母=alphabet; 声光=light-and-sound; 拼装=build-it-yourself", 139, "", "flower"),
    _kind("baby-gear", "stroller", "婴儿车=pushchair", "碳纤维=carbon-fibre; 铝合金=aluminium; 高景观=high-view; 减震=shock-absorbing; 双向=two-way; 轻便=lightweight", "可登机=cabin-size; 一键折叠=one-click folding; 可坐可躺=sit-and-lie; 四季=all-season; 双胞胎=twin; 城市=city", 1099, "colour", "tech"),
    _kind("picture-books", "book", "绘本=picture book", "水彩=watercolour; 立体=pop-up; 翻翻=lift-the-flap; 双语=bilingual; 布面=cloth; 剪纸=paper-cut", "睡前=bedtime; 情绪认知=feelings; 四季自然=seasons; 动物=animal; 节气=solar-terms; 小火车=little-train", 45, "copies", "flower"),
)

SPORTS = (
    _kind("camping", "tent", "帐篷=tent", "牛津布=Oxford-fabric; 棉布=cotton-canvas; 硅胶涂层=silicone-coated; 银胶防晒=sun-shield; 铝杆=aluminium-pole; 充气=inflatable", "速开=pop-up; 印第安=tipi; 隧道=tunnel; 轻量徒步=light hiking; 一室一厅=two-room; 公园=park", 499, "colour berths", "cloth"),
    _kind("camping", "lantern", "露营灯=camping lantern", "充电=rechargeable; 复古煤油款=kerosene-style; 太阳能=solar; 铝合金=aluminium; 防水=waterproof; 磁吸=magnetic", "无极调光=dimming; 氛围=ambient; 挂式=hanging; 长续航=long-battery; 折叠=folding; 应急=emergency", 99, "colour", "bright"),
    _kind("camping", "thermos", "保温杯=insulated bottle", "316不锈钢=316-steel; 钛=titanium; 陶瓷内胆=ceramic-lined; 真空=vacuum; 喷砂=powder-coated; 双层=double-wall", "大容量=large; 提手=handled; 运动=sports; 车载=car; 弹盖=flip-lid; 轻量=lightweight", 119, "colour drink", "bright"),
    _kind("cycling", "bicycle", "自行车=bicycle", "铝合金=aluminium; 碳纤维=carbon; 铬钼钢=chromoly-steel; 油刹=hydraulic-brake; 内变速=hub-gear; 皮带传动=belt-drive", "城市通勤=city; 公路=road; 山地=mountain; 复古=retro; 折叠=folding; 瓜车=gravel", 1799, "colour frame", "bright"),
    _kind("yoga-fitness", "yogamat", "瑜伽垫=yoga mat", "天然橡胶=natural-rubber; 软木=cork; TPE=TPE; 麂皮绒=suede; 黄麻=jute; PU=PU-top", "防滑=non-slip; 体位线=alignment-line; 加宽=extra-wide; 折叠=foldable; 静音跳操=quiet workout; 初学者=beginner's", 129, "colour thickness", "cloth"),
    _kind("yoga-fitness", "dumbbell", "哑铃=dumbbells", "包胶=rubber-coated; 浸塑=vinyl-dipped; 电镀=chrome; 铸铁=cast-iron; 可调节=adjustable; 环保=eco", "六角=hexagonal; 女士=women's; 家用=home; 静音=quiet; 圆头=round-head; 专业=professional", 99, "load", "flower"),
    _kind("running-hiking", "sneaker", "跑鞋=running shoes", "碳板=carbon-plate; 缓震=cushioned; 透气网面=breathable mesh; 防泼水=water-repellent; 超轻=ultra-light; 回弹中底=bouncy-midsole", "马拉松=marathon; 越野=trail; 日常慢跑=daily; 宽楦=wide-fit; 支撑=stability; 夜跑反光=reflective", 459, "colour shoe", "bright"),
    _kind("running-hiking", "backpack", "双肩包=backpack", "防水尼龙=waterproof-nylon; 轻量=lightweight; 牛津布=Oxford-fabric; 透气背负=breathable-back; 再生面料=recycled-fabric; 帆布=canvas", "徒步=hiking; 城市通勤=city; 越野跑=trail-running; 可折叠=packable; 摄影=camera; 短途=day-trip", 259, "colour", "bright"),
    _kind("racket-sports", "racket", "拍=racket", "碳素=carbon; 铝碳=aluminium-carbon; 高弹=high-repulsion; 控球型=control; 进攻型=attack; 超轻=ultra-light", "羽毛球=badminton; 网球=tennis; 壁球=squash; 青少年=junior; 初学者=beginner's; 对战=match", 299, "colour", "bright"),
)

TRAVEL = (
    _kind("hotels", "hotel", "酒店住宿=hotel stay", "西湖边=West Lake; 外滩=Bund; 古城=old-town; 江景=river-view; 温泉=hot-spring; 园林=garden", "含双早=breakfast-included; 行政礼遇=executive; 亲子=family; 周末=weekend; 延迟退房=late-checkout; 宠物友好=pet-friendly", 688, "room", "scenery"),
    _kind("hotels", "bed", "度假套餐=resort package", "海滨=seaside; 雪山=snow-mountain; 竹海=bamboo-forest; 湖畔=lakeside; 沙漠=desert; 茶园=tea-garden", "蜜月=honeymoon; 亲子=family; 含三餐=full-board; 慢生活=slow-living; 瑜伽=yoga; 星空=stargazing", 1280, "nights", "scenery"),
    _kind("guesthouses", "cabin", "民宿=guesthouse stay", "山野木屋=mountain-cabin; 白族院子=Bai-courtyard; 海岛石屋=island-stone-house; 树屋=treehouse; 窑洞=cave-house; 徽派老宅=Huizhou-house", "整栋=whole-house; 观星露台=stargazing-terrace; 私汤=private-spring; 围炉=fireside; 带厨房=kitchen; 稻田=rice-field", 468, "nights", "scenery"),
    _kind("tours", "mountain", "徒步一日游=day hike", "雨崩雪山=Yubeng snow-mountain; 徽杭古道=Huihang-trail; 四姑娘山=Siguniang; 武功山=Wugong; 麦理浩径=MacLehose-trail; 虎跳峡=Tiger-Leaping-Gorge", "小团=small-group; 摄影=photo; 新手=beginner's; 日出=sunrise; 领队=guided; 亲子=family", 298, "party", "scenery"),
    _kind("tours", "beach", "海岛行程=island trip", "涠洲=Weizhou; 南澳=Nan'ao; 嵊泗=Shengsi; 东山=Dongshan; 分界洲=Fenjiezhou; 平潭=Pingtan", "浮潜=snorkelling; 赶海=beachcombing; 日落=sunset; 露营=camping; 三天两晚=three-day; 轻松=easy-going", 598, "party", "scenery"),
    _kind("tours", "boat", "游船票=boat tour ticket", "漓江=Li-River; 西湖=West-Lake; 洱海=Erhai; 千岛湖=Qiandao-Lake; 珠江=Pearl-River; 三峡=Three-Gorges", "日落=sunset; 夜游=night; 摇橹=hand-rowed; 下午茶=afternoon-tea; 包船=private; 早鸟=early-bird", 128, "party", "scenery"),
    _kind("tours", "temple", "文化漫步=culture walk", "大同古建=Datong; 西安城墙=Xi'an-city-wall; 泉州古城=Quanzhou; 苏州园林=Suzhou-garden; 敦煌=Dunhuang; 景德镇=Jingdezhen", "讲解=narrated; 半日=half-day; 夜间=night; 亲子=family; 摄影=photo; 深度=in-depth", 168, "party", "scenery"),
    _kind("luggage", "suitcase", "行李箱=suitcase", "聚碳酸酯=polycarbonate; 铝框=aluminium-frame; 前开口=front-opening; 轻量=lightweight; 静音轮=silent-wheel; 防刮=scratch-proof", "登机=cabin; 大容量=large; 复古=vintage; 商务=business; 可扩展=expandable; 糖果色=candy-colour", 429, "colour wheels", "bright"),
)

LOCAL = (
    _kind("spa", "spa", "护理=treatment", "热石=hot-stone; 芳香精油=aromatherapy; 艾灸=moxibustion; 水氧面部=hydra-facial; 海藻=seaweed; 头皮=scalp", "放松=relaxing; 深层舒缓=deep-relief; 双人=couple's; 肩颈=neck-and-shoulder; 焕肤=skin-renewing; 新客=first-visit", 298, "minutes", "botanic"),
    _kind("spa", "massage", "汤泉足疗=foot bath", "玫瑰=rose; 药草=herbal; 生姜=ginger; 牛奶=milk; 艾草=mugwort; 薰衣草=lavender", "养生=wellness; 助眠=sleep-well; 暖身=warming; 姐妹=friends'; 午间=lunch-break; 深度=deep", 168, "minutes", "scenery"),
    _kind("photography", "portrait", "写真=portrait shoot", "胶片=film-style; 旗袍=qipao; 汉服=hanfu; 校园=campus; 海边=seaside; 黑白=black-and-white", "个人=personal; 情侣=couple's; 闺蜜=best-friends; 亲子=family; 孕期=maternity; 毕业=graduation", 599, "shots", "scenery"),
    _kind("photography", "camera", "跟拍=photo session", "城市街头=city-street; 古镇=old-town; 森林=forest; 咖啡馆=café; 婚礼=wedding; 雪景=snow", "旅行=travel; 生日=birthday; 抓拍=candid; 日落=sunset; 求婚=proposal; 纪念日=anniversary", 699, "shots", "leaf"),
    _kind("courses", "easel", "绘画课=painting course", "油画=oil; 水彩=watercolour; 国画=Chinese-ink; 丙烯=acrylic; 素描=sketching; 版画=printmaking", "零基础=absolute-beginner; 周末=weekend; 亲子=parent-and-child; 小班=small-class; 风景=landscape; 晚间=evening", 128, "lessons", "scenery"),
    _kind("courses", "pottery", "陶艺课=pottery course", "拉坯=wheel-throwing; 手捏=hand-building; 釉彩=glazing; 青花=blue-and-white; 柴烧=wood-firing; 金缮=kintsugi", "体验=taster; 周末=weekend; 亲子=parent-and-child; 情侣=couple's; 小班=small-class; 进阶=advanced", 158, "lessons", "botanic"),
    _kind("courses", "guitar", "音乐课=music course", "民谣吉他=folk-guitar; 尤克里里=ukulele; 古典吉他=classical-guitar; 指弹=fingerstyle; 电吉他=electric-guitar; 弹唱=sing-and-play", "一对一=one-to-one; 零基础=absolute-beginner; 儿童=children's; 晚间=evening; 速成=fast-track; 小组=group", 138, "lessons", "leaf"),
    _kind("dining", "hotpot", "火锅套餐=hotpot set", "牛油=beef-tallow; 番茄=tomato; 菌汤=mushroom; 潮汕牛肉=Chaoshan-beef; 椰子鸡=coconut-chicken; 酸汤鱼=sour-fish", "畅吃=all-you-can-eat; 鸳鸯=half-and-half; 深夜=late-night; 招牌=signature; 工作日=weekday; 生日=birthday", 198, "seats", "broth"),
    _kind("dining", "platter", "套餐=set menu", "江南小馆=Jiangnan; 川味=Sichuan; 粤式=Cantonese; 海鲜=seafood; 素食=vegetarian; 云南菌菇=Yunnan-mushroom", "主厨推荐=chef's; 约会=date-night; 家庭聚会=family; 午市=lunch; 季节限定=seasonal; 景观位=view-table", 238, "seats", "peel"),
)

KINDS = FASHION + BEAUTY + HOME + FOOD + DIGITAL + BABY + SPORTS + TRAVEL + LOCAL
