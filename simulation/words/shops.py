"""The shops of the demo, largest first: names, places, shelves and how keen each is to advertise."""
# ruff: noqa: E501
# fmt: off

from dataclasses import dataclass


@dataclass(frozen=True)
class Shop:
    """One shop before its shelves are filled; `campaigns` is how many it bids for itself, `brands` are (Chinese, English)."""

    slug: str
    name: str
    name_en: str
    kind: str
    city: str
    city_en: str
    tagline: str
    tagline_en: str
    accent: str
    shelf: int
    campaigns: int
    categories: tuple[str, ...]
    brands: tuple[tuple[str, str], ...]
    currency: str = "CNY"
    time_zone: str = "Asia/Shanghai"


def _shop(identity, place, taglines, accent, shelf, campaigns, categories, brands="", money="CNY Asia/Shanghai") -> Shop:
    slug, name, name_en, kind = identity.split("|")
    currency, time_zone = money.split()
    pairs = tuple(tuple(brand.split("=")) for brand in brands.split("|") if brand)
    return Shop(
        slug, name, name_en, kind, *place.split("|"), *taglines.split("|"), accent, shelf, campaigns,
        tuple(categories.split()), pairs or ((name, name_en),), currency, time_zone,
    )


SHOPS = (
    _shop("yunjian-department|云简百货|Yunjian Department Store|department store", "杭州|Hangzhou", "把日子过得简单一点|A simpler everyday", "#4d7c8a", 330, 2, "dresses tops bags bedding tableware decor body-care luggage", "云简=Yunjian|禾白=Hebai|半晴=Banqing"),
    _shop("lanyue-wardrobe|澜月衣橱|Lanyue Wardrobe|fashion", "上海|Shanghai", "给通勤路上的你|Clothes for the way to work", "#b5657a", 260, 2, "dresses tops knitwear trousers outerwear shoes hats-scarves", "澜月=Lanyue|木棠=Mutang"),
    _shop("xinghe-digital|星禾数码|Starhe Digital|electronics", "深圳|Shenzhen", "好用的科技，不必吵闹|Useful technology without the noise", "#3f5fa8", 215, 3, "phones audio computers cameras wearables", "星禾=Starhe|极屿=Jiyu|声渡=Shengdu"),
    _shop("muwu-home|木屋里家居|Muwuli Home|home", "佛山|Foshan", "木头的温度，住进家里|The warmth of wood at home", "#a9774a", 180, 2, "lighting furniture bedding decor", "木屋里=Muwuli|谷灯=Gudeng"),
    _shop("huanian-beauty|花念美妆|Huanian Beauty|beauty", "广州|Guangzhou", "认真对待每一寸肌肤|Care for every inch of skin", "#d07a8c", 155, 2, "skincare makeup fragrance hair-care body-care", "花念=Huanian|素序=Suxu"),
    _shop("yetu-outdoor|野途户外|Yetu Outdoor|outdoors", "成都|Chengdu", "周末见，山里见|See you in the hills this weekend", "#5b7f56", 135, 2, "camping cycling running-hiking racket-sports", "野途=Yetu|雾岭=Wuling"),
    _shop("xiaoman-baby|小满母婴|Xiaoman Baby|mother and baby", "南京|Nanjing", "陪你慢慢长大|Growing up, one day at a time", "#e0a352", 120, 2, "feeding baby-clothing toys baby-gear picture-books", "小满=Xiaoman|团团熊=Tuantuan Bear"),
    _shop("shiguang-pantry|食光杂货铺|Shiguang Pantry|food", "苏州|Suzhou", "四季好味，送到门口|The taste of the season at your door", "#cf7a3c", 105, 2, "ready-meals bakery snacks tea-coffee"),
    _shop("manyou-travel|漫柚旅行|Manyou Travel|travel", "丽江|Lijiang", "慢一点，风景才看得见|Slow down and see the view", "#3f8f96", 95, 2, "hotels guesthouses tours"),
    _shop("qingqi-appliances|轻栖电器|Qingqi Appliances|small appliances", "宁波|Ningbo", "小厨房也有大幸福|Small kitchens, large pleasures", "#6c8fa6", 85, 1, "small-appliances hair-care"),
    _shop("chitang-shoes|池塘鞋社|Pond Shoe Club|shoes", "温州|Wenzhou", "走一万步也不累|Ten thousand steps, still comfortable", "#7c6a9a", 80, 1, "shoes running-hiking"),
    _shop("senlin-yoga|森邻瑜伽|Senlin Yoga|fitness", "厦门|Xiamen", "呼吸之间，回到自己|Come back to yourself, breath by breath", "#7fa38a", 72, 1, "yoga-fitness"),
    _shop("lumen-werkstatt|柏林灯坊|Lumen Werkstatt|design", "柏林|Berlin", "来自柏林工坊的光|Light from a Berlin workshop", "#3c4650", 66, 2, "lighting decor tableware", "柏林灯坊=Lumen Werkstatt", "EUR Europe/Berlin"),
    _shop("taoli-fruit|桃里果园|Taoli Orchard|fresh food", "烟台|Yantai", "昨天还在树上|On the tree yesterday", "#e2803f", 60, 1, "fresh-fruit"),
    _shop("guangying-studio|光隐摄影|Hidden Light Studio|photography", "重庆|Chongqing", "替你收好这一刻|Keeping this moment for you", "#8a5f6b", 55, 1, "photography"),
    _shop("harbor-oak|海港橡木|Harbor & Oak|leather goods", "纽约|New York", "越用越好看的皮具|Leather that ages well", "#7a4b33", 50, 2, "bags eyewear-watches luggage", "海港橡木=Harbor & Oak", "USD America/New_York"),
    _shop("qiaoye-tea|樵野茶事|Qiaoye Tea|tea", "武夷山|Wuyishan", "一盏山野清气|A cup of mountain air", "#5d7a4c", 46, 1, "tea-coffee"),
    _shop("zhaozhao-jewels|昭昭首饰|Zhaozhao Jewellery|jewellery", "北京|Beijing", "小小的光，刚刚好|A little light is enough", "#b8935a", 42, 1, "jewellery"),
    _shop("anran-spa|安然汤泉|Anran Spa|wellness", "大连|Dalian", "把疲惫留在水里|Leave your tiredness in the water", "#6d9a98", 38, 2, "spa"),
    _shop("nitu-workshop|泥图手作|Nitu Workshop|courses", "景德镇|Jingdezhen", "用双手慢慢做一件事|Make one thing slowly, by hand", "#a0704f", 34, 0, "courses"),
    _shop("banxia-flowers|半夏花房|Banxia Flowers|flowers", "昆明|Kunming", "云南的花，明天开在你家|Yunnan flowers, at home tomorrow", "#cc7f9a", 30, 1, "plants-flowers"),
    _shop("laowei-hotpot|老味巷火锅|Old Taste Alley|restaurant", "重庆|Chongqing", "巷子深处的老味道|The old taste down the alley", "#c2452f", 27, 1, "dining"),
    _shop("maixiang-bakery|麦响烘焙|Maixiang Bakery|bakery", "青岛|Qingdao", "清晨六点，面包出炉|Out of the oven at six", "#c99352", 24, 0, "bakery"),
    _shop("zhiyin-audio|知隐音响|Zhiyin Audio|audio", "东莞|Dongguan", "听见更多安静|Hear more quiet", "#4a4a5e", 20, 0, "audio"),
    _shop("xunlu-books|寻鹿童书|Deerpath Books|children's books", "西安|Xi'an", "每晚一个故事|One story every night", "#d69a45", 18, 0, "picture-books"),
    _shop("fengqi-bikes|风起单车|Fengqi Bikes|cycling", "天津|Tianjin", "风起的时候就出发|Set off when the wind rises", "#4f86a3", 15, 1, "cycling"),
    _shop("yunnan-honey|蜂语山房|Beetalk Mountain House|honey", "大理|Dali", "花开过的山，都在罐子里|A hill in bloom, in a jar", "#d4a03a", 12, 0, "snacks"),
    _shop("xueshan-inn|雪山下的院子|Snowline Courtyard|guesthouse", "香格里拉|Shangri-La", "推窗就是雪山|Open the window to the snow peaks", "#7d8fb0", 10, 0, "guesthouses"),
)
